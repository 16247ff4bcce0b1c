/**
 * Counts room keys in bytes that nobody parses: each has one member `"session_data"`, which is an object. An estimate until the parser
 * has been there; a homeserver that wants to can make it wrong, and only the progress bar with it.
 */
export const ROOM_KEY_NAME = new TextEncoder().encode('"session_data"');
/** There are two a room key: searching for these is the fastest way. */
const OPEN_BRACE = 0x7b;
const COLON = 0x3a;
const SPACE = 0x20;
/** So much of what comes before a brace may be in the piece before. */
const SEAM = ROOM_KEY_NAME.length + 16;

export class RoomKeyCounter {
  #count = 0;
  #rest: Uint8Array = new Uint8Array(0);

  /** Takes the next bytes; returns how many keys there were so far. */
  count(bytes: Uint8Array): number {
    const seam = joined(this.#rest, bytes.subarray(0, SEAM));
    this.#count += occurrences(seam, this.#rest.length) + occurrences(bytes, Math.min(SEAM, bytes.length));
    this.#rest = bytes.length < SEAM ? seam.slice(-SEAM) : bytes.slice(-SEAM);
    return this.#count;
  }
}

/** Objects that begin at `from` or behind, and are the value of that name. */
function occurrences(bytes: Uint8Array, from: number): number {
  let count = 0;
  for (let at = bytes.indexOf(OPEN_BRACE, from); at >= 0; at = bytes.indexOf(OPEN_BRACE, at + 1)) {
    if (isNameBefore(bytes, at)) count++;
  }
  return count;
}

function isNameBefore(bytes: Uint8Array, brace: number): boolean {
  const colon = visibleBefore(bytes, brace);
  if (bytes[colon] !== COLON) return false;
  const end = visibleBefore(bytes, colon);
  for (let index = 0; index < ROOM_KEY_NAME.length; index++) {
    if (bytes[end - index] !== ROOM_KEY_NAME[ROOM_KEY_NAME.length - 1 - index]) return false;
  }
  return true;
}

function visibleBefore(bytes: Uint8Array, at: number): number {
  let before = at - 1;
  while ((bytes[before] ?? COLON) <= SPACE) before--;
  return before;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
