/** Compares an answer that comes again with the chunks that are left of the one that was cut off. */
import { LostChunkError } from "./chunks.js";
import type { Spool } from "./spool.js";

export class StoredAnswer {
  readonly #spool: Spool;
  readonly #backupId: string;
  readonly #segment: number;
  readonly #chunks: number;
  #chunk = 0;
  /** Bytes of the present chunk that came again. */
  #at = 0;
  /** What was read of it, and does not have to come any more. */
  #next: Uint8Array = NOTHING;

  constructor(spool: Spool, backupId: string, segment: number, chunks: number) {
    this.#spool = spool;
    this.#backupId = backupId;
    this.#segment = segment;
    this.#chunks = chunks;
  }

  /** All that is there came again. */
  get isAtEnd(): boolean {
    return this.#chunk === this.#chunks;
  }

  /** How many of these bytes, which are the next, are the same as those that are there. */
  async pass(piece: Uint8Array): Promise<number> {
    let same = 0;
    while (same < piece.length && (await this.#hasNext())) {
      const count = sameBytes(this.#next, piece.subarray(same));
      if (count === 0) break;
      same += count;
      this.#at += count;
      this.#next = this.#next.subarray(count);
    }
    return same;
  }

  /** What came again so far. @throws LostChunkError if it is gone since */
  async *passed(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let chunk = 0; chunk < this.#chunk; chunk++) yield* this.#readAll(chunk);
    let left = this.#at;
    if (left === 0) return;
    for await (const piece of this.#readAll(this.#chunk)) {
      yield piece.subarray(0, left);
      left -= piece.length;
      if (left <= 0) return;
    }
  }

  /** False at the end, and where some of it is gone: then what comes again differs from it. */
  async #hasNext(): Promise<boolean> {
    while (this.#next.length === 0 && !this.isAtEnd) {
      const next = await this.#read();
      if (!next) return false;
      this.#next = next;
      if (next.length === 0) [this.#chunk, this.#at] = [this.#chunk + 1, 0];
    }
    return !this.isAtEnd;
  }

  async #read(): Promise<Uint8Array | null> {
    try {
      return await this.#spool.readChunk(this.#keyOf(this.#chunk), this.#at);
    } catch (cause) {
      if (cause instanceof LostChunkError) return null;
      throw cause;
    }
  }

  #readAll(chunk: number): AsyncIterable<Uint8Array> {
    return this.#spool.readAll(this.#keyOf(chunk));
  }

  #keyOf(chunk: number) {
    return { backupId: this.#backupId, segment: this.#segment, chunk };
  }
}

const NOTHING = new Uint8Array(0);

function sameBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return at;
  return length;
}
