/** What the spool asks of whatever keeps its bytes. None of it knows which chunks are counted: that is the spool's. */

/** Most bytes of a chunk: large, for a chunk costs more than its bytes; small enough to be read at once. */
export const CHUNK_BYTES = 8 * 1024 * 1024;

export interface ChunkKey {
  readonly version: string;
  readonly segment: number;
  readonly chunk: number;
}

export interface ChunkStore {
  /** Begins a chunk, in place of what may be left there. @throws the signal's reason if it is aborted while there is no room */
  create(key: ChunkKey, signal: AbortSignal): Promise<NewChunk>;
  get(key: ChunkKey): Promise<Uint8Array | null>;
  deleteVersion(version: string): Promise<void>;
}

/** A chunk that is being written. After a write that failed it is of no use. */
export interface NewChunk {
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when all of it is safe. */
  end(): Promise<void>;
}

/** A chunk that was counted is not there: the browser, or a person, has deleted some of what it stored. */
export class LostChunkError extends Error {
  constructor() {
    super("A chunk that was spooled is gone");
  }
}
