/**
 * Which room keys are settled already, and how good they are: a table of fixed cost a key (16 bytes, up to half of it empty), read from
 * the pages of the ledger. It is needed only where a key can come twice: after a cut, and in a later pass.
 */
import type { Fingerprint } from "./fingerprint.js";

/** Numbers an entry takes: fingerprint, first message index, and in which pass it failed. */
const WORDS = 4;
const FIRST_CAPACITY = 1024;

/** In place of the pass: it is imported. */
export const IMPORTED = 0;

export interface KnownKey {
  /** The homeserver's claim. */
  readonly firstMessageIndex: number;
  /** `IMPORTED`, or the pass in which it could not be used. */
  readonly failedIn: number;
}

export interface LedgerEntry extends KnownKey {
  readonly fingerprint: Fingerprint;
}

export class KnownKeys {
  #words = new Uint32Array(FIRST_CAPACITY * WORDS);
  #used = 0;
  readonly #seed = crypto.getRandomValues(new Uint32Array(1))[0] as number;

  add({ fingerprint, firstMessageIndex, failedIn }: LedgerEntry): void {
    if (this.#used * 2 >= this.#capacity) this.#grow();
    this.#put(fingerprint.low, fingerprint.high, firstMessageIndex, failedIn + 1);
  }

  addPage(page: Uint8Array): void {
    for (const entry of entriesOf(page)) this.add(entry);
  }

  get({ low, high }: Fingerprint): KnownKey | null {
    const at = this.#slotOf(low, high);
    const failedIn = this.#words[at + 3] as number;
    if (failedIn === 0) return null;
    return { firstMessageIndex: this.#words[at + 2] as number, failedIn: failedIn - 1 };
  }

  get #capacity(): number {
    return this.#words.length / WORDS;
  }

  #put(low: number, high: number, firstMessageIndex: number, mark: number): void {
    const at = this.#slotOf(low, high);
    if (this.#words[at + 3] === 0) this.#used++;
    this.#words.set([low, high, firstMessageIndex, mark], at);
  }

  /** Where it is, or where there is room for it: the last word of an empty slot is zero. */
  #slotOf(low: number, high: number): number {
    for (let slot = this.#firstSlotOf(low, high); ; slot = (slot + 1) % this.#capacity) {
      const at = slot * WORDS;
      const isIt = this.#words[at] === low && this.#words[at + 1] === high;
      if (isIt || this.#words[at + 3] === 0) return at;
    }
  }

  /** Different for each table: nobody can choose IDs that all come to the same place. */
  #firstSlotOf(low: number, high: number): number {
    return ((Math.imul(low ^ this.#seed, 0x9e3779b1) ^ Math.imul(high, this.#seed | 1)) >>> 0) % this.#capacity;
  }

  #grow(): void {
    const before = this.#words;
    this.#words = new Uint32Array(before.length * 2);
    this.#used = 0;
    for (let at = 0; at < before.length; at += WORDS) {
      const [low, high, index, mark] = before.subarray(at, at + WORDS) as unknown as [number, number, number, number];
      if (mark !== 0) this.#put(low, high, index, mark);
    }
  }
}

/** As it is kept: little-endian, whatever the device. */
export function pageOf(entries: readonly LedgerEntry[]): Uint8Array | null {
  if (entries.length === 0) return null;
  const view = new DataView(new ArrayBuffer(entries.length * WORDS * 4));
  entries.forEach(({ fingerprint, firstMessageIndex, failedIn }, index) => {
    [fingerprint.low, fingerprint.high, firstMessageIndex, failedIn].forEach((word, at) => {
      view.setUint32((index * WORDS + at) * 4, word, true);
    });
  });
  return new Uint8Array(view.buffer);
}

function* entriesOf(page: Uint8Array): Generator<LedgerEntry, void, undefined> {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  for (let at = 0; at + WORDS * 4 <= view.byteLength; at += WORDS * 4) {
    const word = (index: number) => view.getUint32(at + index * 4, true);
    yield { fingerprint: { low: word(0), high: word(1) }, firstMessageIndex: word(2), failedIn: word(3) };
  }
}
