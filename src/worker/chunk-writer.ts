/**
 * Gathers bytes to chunks and puts them into a segment of the spool, one behind the other, while the next bytes come in. It knows
 * nothing of where they come from.
 */
import type { RoomKeyCounter } from "./room-key-counter.js";
import type { BackupRow, Spool } from "./spool.js";

/** Large, for a transaction costs more than its bytes: in Chromium chunks of 1 MiB took twice as long as these. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** On a slow line a chunk would take long: what there is of it is made safe this often, in milliseconds. */
const LONGEST = 1000;
/** Chunks on their way into the database. */
const MOST_WRITES = 4;

/** Where in the spool the first chunk goes. */
export interface ChunkPlace {
  readonly version: string;
  readonly segment: number;
  readonly chunk: number;
}

export class ChunkWriter {
  readonly #spool: Spool;
  readonly #place: ChunkPlace;
  readonly #counter: RoomKeyCounter;
  readonly #onSpooled: (row: BackupRow) => void;
  /** On their way, in their order. */
  readonly #writes = new Set<Promise<void>>();
  #failure: { readonly cause: unknown } | null = null;
  #chunk: number;
  /** Not in use: making a new one each time took longer than filling it. */
  readonly #buffers: Uint8Array<ArrayBuffer>[] = [];
  #buffer = new Uint8Array(CHUNK_BYTES);
  #filled = 0;
  /** Not by the next bytes: there may be none for long. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param counter has counted the bytes before these */
  constructor(spool: Spool, place: ChunkPlace, counter: RoomKeyCounter, onSpooled: (row: BackupRow) => void) {
    this.#spool = spool;
    this.#place = place;
    this.#chunk = place.chunk;
    this.#counter = counter;
    this.#onSpooled = onSpooled;
  }

  /** @throws what kept an earlier chunk from being stored */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure.cause;
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + CHUNK_BYTES - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === CHUNK_BYTES) await this.#endChunk();
    }
    if (this.#filled > 0) this.#timer ??= setTimeout(() => void this.#endChunk(), LONGEST);
  }

  /** Resolves when all that was written is in the database. */
  async makeSafe(): Promise<void> {
    await this.#endChunk();
    await Promise.all(this.#writes);
  }

  /** The bytes are taken before anything is waited for: it may be called while it runs. */
  async #endChunk(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#filled === 0) return;
    // A full buffer is given away as it is; of one that is not full, the rest would go with it.
    const isFull = this.#filled === CHUNK_BYTES;
    const bytes = isFull ? this.#buffer : this.#buffer.slice(0, this.#filled);
    this.#filled = 0;
    const written = this.#put(bytes);
    this.#writes.add(written);
    written.then(
      () => this.#writes.delete(written),
      (cause: unknown) => {
        this.#failure ??= { cause };
      },
    );
    if (isFull) this.#buffer = await this.#freeBuffer();
  }

  async #freeBuffer(): Promise<Uint8Array<ArrayBuffer>> {
    const [first] = this.#writes;
    if (this.#writes.size > MOST_WRITES) await first;
    return this.#buffers.pop() ?? new Uint8Array(CHUNK_BYTES);
  }

  async #put(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { version, segment } = this.#place;
    const keys = this.#counter.count(bytes);
    const row = await this.#spool.putChunk(version, { segment, chunk: this.#chunk++ }, bytes, keys);
    if (bytes.length === CHUNK_BYTES) this.#buffers.push(bytes);
    this.#onSpooled(row);
  }
}
