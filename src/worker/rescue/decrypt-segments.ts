/** The bytes of segments, from their beginning, to batches of room keys. It does not know whether they come from a file or the spool. */
import type { Batch, DecryptedBatch } from "../../protocol.js";
import type { FailureReason } from "../../state.js";
import type { RoomKeyDecryptor } from "../decryptor.js";
import { type BackedUpSession, KeyBackupParser } from "../key-backup-parser.js";
import type { SegmentPiece } from "./archive.js";

/** Where the JSON of a segment breaks down, the rest of it is one thing that is malformed. */
const BROKEN: BackedUpSession = { roomId: "", sessionId: "", value: undefined };

/** @param limit most sessions of a batch */
export async function* decryptSegments(
  pieces: AsyncIterable<SegmentPiece>,
  decryptor: RoomKeyDecryptor,
  limit: number,
): AsyncGenerator<DecryptedBatch, void, undefined> {
  let batch = emptyBatch();
  let taken = 0;
  for await (const session of sessionsOf(pieces)) {
    const result = decryptor.decrypt(session);
    if (typeof result === "string") batch.failures[result]++;
    else batch.roomKeys.push(result);
    if (++taken % limit > 0) continue;
    yield batch;
    batch = emptyBatch();
  }
  if (taken % limit > 0) yield batch;
}

function emptyBatch() {
  const failures: Record<FailureReason, number> = { malformed: 0, undecryptable: 0, rejected: 0 };
  return { roomKeys: [] as Batch["roomKeys"][number][], failures };
}

async function* sessionsOf(pieces: AsyncIterable<SegmentPiece>): AsyncGenerator<BackedUpSession, void, undefined> {
  let present = -1;
  let parser: KeyBackupParser | null = null;
  for await (const { segment, bytes } of pieces) {
    if (segment !== present) parser = new KeyBackupParser();
    present = segment;
    try {
      if (parser) yield* parser.parse(bytes);
    } catch {
      parser = null;
      yield BROKEN;
    }
  }
}
