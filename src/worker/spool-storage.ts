/** Where a spool keeps things: in IndexedDB and files, as far as this browser lets it; the rest in memory. */
import { KeyBackupSyncError } from "../errors.js";
import type { Identity } from "../protocol.js";
import type { ChunkPlace } from "./backup-row.js";
import type { ChunkStore } from "./chunks.js";
import { deleteDatabase, openDatabase } from "./database.js";
import { DatabaseChunks } from "./database-chunks.js";
import { DatabaseTables } from "./database-tables.js";
import { FileChunks } from "./file-chunks.js";
import type { MemoryChunks } from "./memory-chunks.js";
import { MemoryTables } from "./memory-tables.js";
import type { Tables } from "./tables.js";

export class SpoolStorage {
  readonly tables: Tables;
  readonly memory: MemoryChunks;
  readonly #identity: Identity;
  /** `null` where the browser stores nothing for this page. */
  readonly #database: DatabaseChunks | null;
  #filesOnce: Promise<FileChunks | null> | null = null;

  private constructor(identity: Identity, memory: MemoryChunks, tables: Tables, database: DatabaseChunks | null) {
    this.#identity = identity;
    this.memory = memory;
    this.tables = tables;
    this.#database = database;
  }

  /**
   * @param memory outlives the database, should that be closed
   * @param onClosed it is of no more use: the database was closed, by the browser or for another tab
   * @throws what IndexedDB rejects with, but for a browser that lets this page store nothing
   */
  static async open(identity: Identity, memory: MemoryChunks, onClosed: () => void): Promise<SpoolStorage> {
    try {
      const database = await openDatabase(identity, onClosed);
      return new SpoolStorage(identity, memory, new DatabaseTables(database), new DatabaseChunks(database));
    } catch (cause) {
      if (!isDenial(cause)) throw cause;
      return new SpoolStorage(identity, memory, new MemoryTables(), null);
    }
  }

  /** Nothing can be kept beyond the life of this worker. */
  get isDenied(): boolean {
    return this.#database === null;
  }

  /** The best place there is for chunks that are to outlive the page. */
  async bestPlace(): Promise<ChunkPlace> {
    if (!this.#database) return "memory";
    return (await this.#files()) ? "files" : "database";
  }

  async chunksIn(place: ChunkPlace): Promise<ChunkStore> {
    const chunks = { files: await this.#files(), database: this.#database, memory: this.memory }[place];
    if (!chunks) throw new KeyBackupSyncError("storage-unavailable");
    return chunks;
  }

  async eachChunks(work: (chunks: ChunkStore) => Promise<void>): Promise<void> {
    for (const chunks of [this.memory, this.#database, await this.#files()]) if (chunks) await work(chunks);
  }

  /** Leaves nothing of this user and device behind. */
  async erase(): Promise<void> {
    await this.memory.clear();
    await (await this.#files())?.erase();
    if (this.#database) await deleteDatabase(this.#identity);
  }

  /** Not before they are needed: a page whose account has no backup gets no directory. */
  async #files(): Promise<FileChunks | null> {
    if (!this.#database) return null;
    const { userId, deviceId } = this.#identity;
    this.#filesOnce ??= FileChunks.open(userId, deviceId);
    return this.#filesOnce;
  }
}

/** Private windows of some browsers, and pages that may store nothing. Any other fault may pass. */
function isDenial(cause: unknown): boolean {
  const isMissing = !("indexedDB" in self) || !self.indexedDB;
  return isMissing || (cause instanceof DOMException && ["SecurityError", "InvalidStateError"].includes(cause.name));
}
