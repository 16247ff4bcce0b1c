/**
 * What no key backup needs, so that an answer without an end comes to one before it has filled the device. It looks for room keys
 * and does not count them.
 */
import { KeyBackupSyncError } from "../errors.js";
import { ROOM_KEY_NAME } from "./room-key-counter.js";

const QUOTE = 0x22;

/** Homeservers take less than this in one request, and each carries a room key. */
const LONGEST_WITHOUT_ROOM_KEY = 64 * 1024 * 1024;
/** A room key is some 900 bytes, a few kilobytes with long ids. */
const LONGEST_ROOM_KEY = 16 * 1024;
/** A `count` that is too low costs nobody a room key, unless a million of them are missing in it. */
const UNCOUNTED = 1024 * 1024 * 1024;

/**
 * @param count room keys in the backup, as the homeserver says
 * @throws KeyBackupSyncError `malformed-response` when the pieces go on beyond reason
 */
export async function* withinReason(
  pieces: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let all = UNCOUNTED + count * LONGEST_ROOM_KEY;
  let withoutRoomKey = 0;
  for await (const piece of pieces) {
    all -= piece.length;
    withoutRoomKey = hasRoomKey(piece) ? 0 : withoutRoomKey + piece.length;
    if (all < 0 || withoutRoomKey > LONGEST_WITHOUT_ROOM_KEY) throw new KeyBackupSyncError("malformed-response");
    yield piece;
  }
}

/** Nearly free: the first is near the beginning. One that lies over a seam is missed, and not needed. */
function hasRoomKey(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    if (ROOM_KEY_NAME.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}
