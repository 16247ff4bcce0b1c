/** A chunk into the spool, as the download does it. */
import type { BackupRow } from "../../src/worker/backup-row.js";
import type { ChunkKey } from "../../src/worker/chunks.js";
import type { Spool } from "../../src/worker/spool.js";

/** @param counted bytes that the row takes it to have */
export async function putChunk(
  spool: Spool,
  key: ChunkKey,
  bytes: Uint8Array,
  safe: number,
  counted = bytes.length,
): Promise<BackupRow> {
  const chunk = await spool.openChunk(key, new AbortController().signal);
  await chunk.write(bytes);
  await chunk.end();
  return spool.countChunk(key, safe, counted);
}
