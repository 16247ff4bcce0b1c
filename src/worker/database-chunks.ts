/** Chunks in IndexedDB: every engine has it. */
import type { ChunkKey, ChunkStore, NewChunk } from "./chunks.js";
import type { SpoolDatabase } from "./spool.js";

/** Room in the transaction log is enough: losing power may cost the last changes, never the agreement of those before. */
export const RELAXED = { durability: "relaxed" } as const;

export class DatabaseChunks implements ChunkStore {
  readonly #database: Promise<SpoolDatabase>;

  constructor(database: Promise<SpoolDatabase>) {
    this.#database = database;
  }

  async create(key: ChunkKey): Promise<NewChunk> {
    const pieces: Uint8Array[] = [];
    return {
      write: async (bytes) => void pieces.push(bytes),
      end: () => this.#put(key, joined(pieces)),
    };
  }

  async get({ version, segment, chunk }: ChunkKey): Promise<Uint8Array | null> {
    return (await (await this.#database).get("chunks", [version, segment, chunk])) ?? null;
  }

  async deleteVersion(version: string): Promise<void> {
    await (await this.#database).delete("chunks", IDBKeyRange.bound([version], [version, []]));
  }

  async clear(): Promise<void> {
    await (await this.#database).clear("chunks");
  }

  async #put({ version, segment, chunk }: ChunkKey, bytes: Uint8Array): Promise<void> {
    const { store, done } = (await this.#database).transaction("chunks", "readwrite", RELAXED);
    await Promise.all([store.put(bytes, [version, segment, chunk]), done]);
  }
}

/** Few large values: a transaction costs more than its bytes. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
