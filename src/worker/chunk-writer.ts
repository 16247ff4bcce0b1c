/**
 * Writes bytes, as they come in, into the chunks of one segment of the spool, one behind the other. It knows nothing of where they
 * come from.
 */

import type { BackupRow } from "./backup-row.js";
import type { ChunkKey, NewChunk } from "./chunks.js";
import type { Spool } from "./spool.js";

/** On a slow line a chunk would take long: what there is of it is made safe this often, in milliseconds. */
const LONGEST = 1000;

/** Tells how many room keys of the backup are there with these bytes and all before. */
export interface Counter {
  count(bytes: Uint8Array): number;
}

export interface WriterOptions {
  readonly spool: Spool;
  readonly counter: Counter;
  /** Called whenever more is safe. */
  readonly onSpooled: (row: BackupRow) => void;
  readonly signal: AbortSignal;
}

export class ChunkWriter {
  readonly #options: WriterOptions;
  /** Of the present chunk, or the next. */
  #key: ChunkKey;
  /** As long as it is not written at this moment. */
  #chunk: NewChunk | null = null;
  #filled = 0;
  /** Room keys that are there with all that was written. */
  #keys = 0;
  /** All chunks that ended are counted. */
  #counted: Promise<void> = Promise.resolve();
  /** All but the last of them are. */
  #countedBefore: Promise<void> = Promise.resolve();
  /** Not by the next bytes: there may be none for long. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param key of the first chunk */
  constructor(key: ChunkKey, options: WriterOptions) {
    this.#key = key;
    this.#options = options;
  }

  /** @throws also what kept an earlier chunk from being counted */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      at += await this.#append(bytes.subarray(at));
    }
    if (this.#filled > 0) this.#timer ??= setTimeout(() => this.#endChunk(), LONGEST);
  }

  /** Number of the chunk that the next bytes go into. */
  get nextChunk(): number {
    return this.#key.chunk;
  }

  /** Resolves when all that was written is safe. */
  async makeSafe(): Promise<void> {
    this.#endChunk();
    await this.#counted;
  }

  /** As far as the chunk has room. Returns how many bytes that are. */
  async #append(bytes: Uint8Array): Promise<number> {
    const chunk = this.#chunk ?? (await this.#beginChunk());
    const part = bytes.subarray(0, chunk.capacity - this.#filled);
    // Nothing is kept of a chunk whose write fails.
    this.#chunk = null;
    await chunk.write(part);
    this.#chunk = chunk;
    this.#filled += part.length;
    this.#keys = this.#options.counter.count(part);
    if (this.#filled === chunk.capacity) this.#endChunk();
    return part.length;
  }

  async #beginChunk(): Promise<NewChunk> {
    await this.#countedBefore;
    const { spool, signal } = this.#options;
    return spool.openChunk(this.#key, signal);
  }

  /** The chunk is counted while the next bytes come in, and behind those before it: whatever dies, none is missing in between. */
  #endChunk(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#chunk) return;
    this.#countedBefore = this.#counted;
    const safe = Promise.all([this.#chunk.end(), this.#countedBefore]);
    this.#counted = this.#count(safe, this.#key, this.#keys, this.#filled);
    // Whoever waits for it hears of its failure; until then nobody may be waiting.
    this.#counted.catch(() => {});
    this.#key = { ...this.#key, chunk: this.#key.chunk + 1 };
    this.#chunk = null;
    this.#filled = 0;
  }

  async #count(safe: Promise<unknown>, key: ChunkKey, keys: number, length: number): Promise<void> {
    await safe;
    const { spool, onSpooled } = this.#options;
    onSpooled(await spool.countChunk(key, keys, length));
  }
}
