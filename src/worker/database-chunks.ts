/** Chunks in IndexedDB: every engine has it. */
import { bufferedChunk } from "./buffered-chunk.js";
import type { ChunkKey, ChunkStore, NewChunk } from "./chunks.js";
import { allOf, RELAXED, type SpoolDatabase } from "./database.js";

export class DatabaseChunks implements ChunkStore {
  readonly #database: SpoolDatabase;

  constructor(database: SpoolDatabase) {
    this.#database = database;
  }

  /** Few large values: a transaction costs more than its bytes. */
  async create(key: ChunkKey): Promise<NewChunk> {
    return bufferedChunk((bytes) => this.#put(key, bytes));
  }

  async read({ backupId, segment, chunk }: ChunkKey, from: number): Promise<Uint8Array | null> {
    return (await this.#database.get("chunks", [backupId, segment, chunk]))?.subarray(from) ?? null;
  }

  async deleteBackup(backupId: string): Promise<void> {
    await this.#database.delete("chunks", allOf(backupId));
  }

  async deleteSegment(backupId: string, segment: number): Promise<void> {
    await this.#database.delete("chunks", allOf(backupId, segment));
  }

  async #put({ backupId, segment, chunk }: ChunkKey, bytes: Uint8Array): Promise<void> {
    const { store, done } = this.#database.transaction("chunks", "readwrite", RELAXED);
    await Promise.all([store.put(bytes, [backupId, segment, chunk]), done]);
  }
}
