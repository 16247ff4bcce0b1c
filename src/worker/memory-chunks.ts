/**
 * Chunks in memory, where nothing can be stored, or there is no room: a few of each backup at a time. Whoever writes waits until the ones
 * before were imported, and so does, behind it, the homeserver. One backup does not wait for another, which may be locked.
 */
import { Changes } from "../changes.js";
import { bufferedChunk } from "./buffered-chunk.js";
import type { ChunkKey, ChunkStore, NewChunk } from "./chunks.js";

/** Chunks of a backup that may be there at once. */
const MOST = 2;

export class MemoryChunks implements ChunkStore {
  readonly #chunks = new Map<string, { readonly key: ChunkKey; readonly bytes: Uint8Array }>();
  readonly #released = new Changes();

  async create(key: ChunkKey, signal: AbortSignal): Promise<NewChunk> {
    while (this.#countOf(key.backupId) >= MOST) await this.#released.moreThan(this.#released.count, signal);
    return bufferedChunk(async (bytes) => void this.#chunks.set(nameOf(key), { key, bytes }));
  }

  async read(key: ChunkKey, from: number): Promise<Uint8Array | null> {
    return this.#chunks.get(nameOf(key))?.bytes.subarray(from) ?? null;
  }

  /** All that comes before this chunk is imported. */
  releaseBefore({ backupId, segment, chunk }: ChunkKey): void {
    this.#deleteWhere((key) => {
      const isBefore = key.segment < segment || (key.segment === segment && key.chunk < chunk);
      return key.backupId === backupId && isBefore;
    });
  }

  async deleteBackup(backupId: string): Promise<void> {
    this.#deleteWhere((key) => key.backupId === backupId);
  }

  async deleteSegment(backupId: string, segment: number): Promise<void> {
    this.#deleteWhere((key) => key.backupId === backupId && key.segment === segment);
  }

  async clear(): Promise<void> {
    this.#deleteWhere(() => true);
  }

  #countOf(backupId: string): number {
    return [...this.#chunks.values()].filter(({ key }) => key.backupId === backupId).length;
  }

  #deleteWhere(isGone: (key: ChunkKey) => boolean): void {
    for (const [name, { key }] of this.#chunks) if (isGone(key)) this.#chunks.delete(name);
    this.#released.note();
  }
}

function nameOf({ backupId, segment, chunk }: ChunkKey): string {
  return `${segment}-${chunk}-${backupId}`;
}
