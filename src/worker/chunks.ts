/** What the spool asks of whatever keeps its bytes. None of it knows which chunks are counted: that is the spool's. */
import { KeyBackupSyncError } from "../errors.js";

export interface ChunkKey {
  readonly backupId: string;
  readonly segment: number;
  readonly chunk: number;
}

export interface ChunkStore {
  /** Begins a chunk, in place of what may be left there. @throws the signal's reason if it is aborted while there is no room */
  create(key: ChunkKey, signal: AbortSignal): Promise<NewChunk>;
  /** What a chunk has from this byte on, as much as is good to have at once; nothing at its end. `null` if it is not there. */
  read(key: ChunkKey, from: number): Promise<Uint8Array | null>;
  deleteBackup(backupId: string): Promise<void>;
  /** @param chunks how many it has */
  deleteSegment(backupId: string, segment: number, chunks: number): Promise<void>;
}

/** A chunk that is being written. After a write that failed it is of no use. */
export interface NewChunk {
  /** Most bytes of it. */
  readonly capacity: number;
  /** The bytes are the caller's again when it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when all of it is safe. */
  end(): Promise<void>;
}

/** A chunk that was counted is not there: the browser, or a person, has deleted some of what it stored. */
export class LostChunkError extends KeyBackupSyncError {
  constructor() {
    super("storage-unavailable");
  }
}
