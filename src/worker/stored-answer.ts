/** Compares an answer that comes again with the chunks that are left of the one that was cut off. */
import { LostChunkError } from "./chunks.js";
import type { Spool } from "./spool.js";

export class StoredAnswer {
  readonly #spool: Spool;
  readonly #version: string;
  readonly #segment: number;
  readonly #chunks: number;
  #chunk = 0;
  #bytes: Uint8Array | null = null;
  /** Bytes of the present chunk that came again. */
  #at = 0;

  constructor(spool: Spool, version: string, segment: number, chunks: number) {
    this.#spool = spool;
    this.#version = version;
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
    while (same < piece.length && !this.isAtEnd) {
      this.#bytes ??= await this.#read(this.#chunk);
      if (!this.#bytes) break;
      const count = sameBytes(this.#bytes.subarray(this.#at), piece.subarray(same));
      same += count;
      this.#at += count;
      if (this.#at < this.#bytes.length) break;
      this.#chunk++;
      this.#bytes = null;
      this.#at = 0;
    }
    return same;
  }

  /** What came again so far, in chunks. */
  async *passed(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let chunk = 0; chunk < this.#chunk; chunk++) yield (await this.#read(chunk)) ?? new Uint8Array(0);
    if (this.#bytes && this.#at > 0) yield this.#bytes.slice(0, this.#at);
  }

  /** `null` if it is gone: then what comes again differs from it. */
  async #read(chunk: number): Promise<Uint8Array | null> {
    try {
      return await this.#spool.getChunk({ version: this.#version, segment: this.#segment, chunk });
    } catch (cause) {
      if (cause instanceof LostChunkError) return null;
      throw cause;
    }
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return at;
  return length;
}
