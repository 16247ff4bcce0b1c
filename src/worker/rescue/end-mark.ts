/**
 * The last line of an archive, by which a reader knows that the file is whole and unchanged where gzip no longer tells: after somebody
 * unpacked it. The line has the SHA-256 of all bytes before it, with a line feed at the end of each line:
 * `{"rooms":{},"end":{"sha256":"…"}}`. A reader that does not know of it takes it for a segment without room keys.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

type Hash = ReturnType<typeof sha256.create>;

const LINE_FEED = Uint8Array.of(0x0a);
const BEGINNING = '{"rooms":{},"end":';
/** Characters. */
const LONGEST = 128;

/** Follows all bytes of an archive, line by line. */
export class EndMark {
  readonly #digest = sha256.create();
  #line = 0;
  /** Of the lines before the current one. */
  #before: Hash = this.#digest.clone();
  /** The beginning of the current line. */
  #text = "";
  /** The number of the last line that is not blank, if that is a right end mark. */
  #markedAt: number | null = null;

  /** @param line counted from 0 @param bytes the next of this line, without line breaks */
  take(line: number, bytes: Uint8Array): void {
    if (line !== this.#line) this.#begin(line);
    this.#digest.update(bytes);
    if (this.#text.length <= LONGEST) this.#text += String.fromCharCode(...bytes.subarray(0, LONGEST));
  }

  /** The number of the line that marks the end; `null` if the last line that is not blank is no mark, or that of other bytes. */
  end(): number | null {
    this.#close();
    return this.#markedAt;
  }

  /** The mark that belongs behind all that was taken, as a line of its own. Without a line break. */
  write(): string {
    return markOf(this.#digest.clone().update(LINE_FEED));
  }

  #begin(line: number): void {
    this.#close();
    this.#digest.update(LINE_FEED);
    this.#before = this.#digest.clone();
    this.#line = line;
    this.#text = "";
  }

  #close(): void {
    const text = this.#text.trim();
    if (text === "") return;
    const isMark = text.startsWith(BEGINNING) && text === markOf(this.#before.clone());
    this.#markedAt = isMark ? this.#line : null;
  }
}

function markOf(digest: Hash): string {
  return `${BEGINNING}{"sha256":"${bytesToHex(digest.digest())}"}}`;
}
