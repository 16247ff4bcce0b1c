/**
 * Goes on with a download that was cut: room by room, a few at a time, since the endpoint of the whole has no range. It knows which
 * rooms are there from the spool, and which there may be from whoever asks.
 */
import type { BackupRow } from "./backup-row.js";
import { type AnswerInParts, RoomSegmentWriter } from "./room-segment-writer.js";
import type { SegmentOptions } from "./segment-writer.js";
import { SpooledRooms } from "./spooled-rooms.js";

const AT_ONCE = 3;
/** More of a room's answer than this is not held in memory while others are written. */
const LARGEST_HEAD = 1024 * 1024;
/** With more rooms than these, a whole answer is sooner there. */
const MOST_ROOMS = 2000;

export interface RoomDownloadOptions extends SegmentOptions {
  readonly knownRooms: readonly string[];
  readonly piecesOf: (roomId: string) => AsyncIterable<Uint8Array>;
}

/**
 * @returns the row if that made the backup whole, `null` if all of it has to be asked for
 * @throws what `piecesOf` throws, once all that came before it is safe
 */
export async function downloadRooms(options: RoomDownloadOptions, row: BackupRow): Promise<BackupRow | null> {
  const rooms = await SpooledRooms.scan(options.spool, row);
  const missing = [...new Set(options.knownRooms)].filter((roomId) => !rooms.isWhole(roomId));
  const others = missing.filter((roomId) => !rooms.cut.includes(roomId));
  // The room that was cut alone is not the rest: an answer to all goes on behind it. And where nothing is there, all is missing.
  if (rooms.keys === 0 || others.length === 0 || others.length > MOST_ROOMS) return null;
  const writer = new RoomSegmentWriter(options, rooms);
  await fetchAll([...rooms.cut, ...others], options, writer);
  const isAll = rooms.keys >= options.backup.count;
  const after = await writer.end(isAll);
  return isAll ? after : null;
}

/** All that came is safe when it ends, or throws. */
async function fetchAll(roomIds: string[], options: RoomDownloadOptions, writer: RoomSegmentWriter): Promise<void> {
  let writing: Promise<void> = Promise.resolve();
  let isFailed = false;
  const lane = async () => {
    for (let roomId = roomIds.shift(); roomId !== undefined && !isFailed; roomId = roomIds.shift()) {
      const id = roomId;
      const pieces = options.piecesOf(id)[Symbol.asyncIterator]();
      try {
        const answer = await inParts(pieces);
        const before = writing;
        writing = before.then(() => writer.add(id, answer));
        await writing;
      } finally {
        // Of an answer that is not taken, the rest would stay open.
        await pieces.return?.();
      }
    }
  };
  const lanes = Array.from({ length: AT_ONCE }, () =>
    lane().catch((cause: unknown) => {
      isFailed = true;
      throw cause;
    }),
  );
  const results = await Promise.allSettled(lanes);
  const failed = results.find((result) => result.status === "rejected");
  if (!failed) return;
  await writer.makeSafe();
  throw failed.reason;
}

async function inParts(iterator: AsyncIterator<Uint8Array>): Promise<AnswerInParts> {
  const head: Uint8Array[] = [];
  let length = 0;
  while (length < LARGEST_HEAD) {
    const { done, value } = await iterator.next();
    if (done) return { head, rest: null };
    head.push(value.slice());
    length += value.length;
  }
  return { head, rest: { [Symbol.asyncIterator]: () => iterator } };
}
