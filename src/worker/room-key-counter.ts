/**
 * Counts room keys in bytes that nobody parses: each has one member `"session_data"`. An estimate until the parser has been there; a
 * homeserver that wants to can make it wrong, and only the progress bar with it.
 */
const PATTERN = new TextEncoder().encode('"session_data"');
const UNDERSCORE = 0x5f;
/** Where the pattern has its underscore: a byte rare enough to search for. */
const BEFORE = PATTERN.indexOf(UNDERSCORE);
const BEHIND_UNDERSCORE = PATTERN[BEFORE + 1];
/** So much of the pattern may be at the end of one piece, the rest of it in the next. */
const SEAM = PATTERN.length - 1;

export class RoomKeyCounter {
  #count = 0;
  #rest: Uint8Array = new Uint8Array(0);

  /** Takes the next bytes; returns how many keys there were so far. */
  count(bytes: Uint8Array): number {
    const seam = joined(this.#rest, bytes.subarray(0, SEAM));
    this.#count += occurrences(seam) + occurrences(bytes);
    this.#rest = bytes.length < SEAM ? joined(this.#rest, bytes).slice(-SEAM) : bytes.slice(-SEAM);
    return this.#count;
  }
}

function occurrences(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(UNDERSCORE); at >= 0; at = bytes.indexOf(UNDERSCORE, at + 1)) {
    if (bytes[at + 1] === BEHIND_UNDERSCORE && isPatternAt(bytes, at - BEFORE)) count++;
  }
  return count;
}

function isPatternAt(bytes: Uint8Array, begin: number): boolean {
  for (let index = 0; index < PATTERN.length; index++) if (bytes[begin + index] !== PATTERN[index]) return false;
  return true;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
