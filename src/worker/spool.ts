/**
 * What was downloaded, still encrypted: the bytes as chunks, and one row a backup that says how far download and import are,
 * with a ledger of what is imported. A chunk is safe before the row counts it; a batch, its cursor and its page of the ledger are one
 * transaction: whatever dies, what the row says is there. It knows nothing of what is in the bytes.
 */
import { isAborted, KeyBackupSyncError } from "../errors.js";
import type { Choice, Identity, KeptBackup, OwnUpload } from "../protocol.js";
import type { BackupInfo, Safekeeping } from "../state.js";
import {
  type BackupRow,
  type BatchCounts,
  begunAnew,
  type ChunkPlace,
  hasSpooled,
  isRowOf,
  isSettled,
  isSpent,
  keptBackup,
  newBackupRow,
  type Segment,
  type SegmentEnd,
  withBatch,
  withChunk,
  withMalformed,
  withOlder,
  withoutMemory,
  withReplaced,
  withSegment,
  withSettled,
  withWhole,
} from "./backup-row.js";
import { type ChunkKey, LostChunkError, type NewChunk } from "./chunks.js";
import { MemoryChunks } from "./memory-chunks.js";
import { OvertakenError, onlyAsLeft } from "./overtaken.js";
import { withUpload } from "./own-uploads.js";
import type { PassphraseDescription, StoredBackupKey } from "./rescue/stored-backup-key.js";
import type { ResetNote } from "./reset-note.js";
import { seal, sealingKeyIn, unseal } from "./sealed-key.js";
import { SpoolStorage } from "./spool-storage.js";
import { deleteUncounted } from "./uncounted-chunks.js";
import { UnsealedKeys } from "./unsealed-keys.js";

/** Where a new segment is to be, and what it is an answer to. */
export interface NewSegment {
  readonly of: Segment["of"];
  /** There is no room for it on the device. */
  readonly inMemory: boolean;
}

export class Spool {
  readonly #identity: Identity;
  readonly #memory = new MemoryChunks();
  readonly #unsealedKeys = new UnsealedKeys();
  #storageOnce: Promise<SpoolStorage> | null = null;
  #hasForgottenMemory = false;

  constructor(identity: Identity) {
    this.#identity = identity;
  }

  getChoice(): Promise<Choice> {
    return this.#storing(async ({ tables }) => (await tables.getChoice()) ?? "run");
  }

  setChoice(choice: Choice): Promise<void> {
    return this.#storing(({ tables }) => tables.setChoice(choice));
  }

  getResetNote(): Promise<ResetNote | null> {
    return this.#storing(({ tables }) => tables.getResetNote());
  }

  setResetNote(note: ResetNote | null): Promise<void> {
    return this.#storing(({ tables }) => tables.setResetNote(note));
  }

  getBackup(backupId: string): Promise<BackupRow | null> {
    return this.#storing(({ tables }) => tables.getBackup(backupId));
  }

  /** All that are kept, the one that was used last at the end. */
  getBackups(): Promise<BackupRow[]> {
    return this.#storing(async ({ tables }) => (await tables.getBackups()).sort((a, b) => a.usedAt - b.usedAt));
  }

  /** The row of this version with this public key. */
  async findBackup(version: string, publicKey: string): Promise<BackupRow | null> {
    return (await this.getBackups()).find((row) => isRowOf(row, version, publicKey)) ?? null;
  }

  /** A row for a backup that has none yet. @param isOlder it is not the account's present one */
  addBackup(backup: BackupInfo, publicKey: string, isOlder = false): Promise<BackupRow> {
    const added = newBackupRow(backup, publicKey);
    const row = isOlder ? { ...added, replaced: true, older: true } : added;
    return this.#storing(async ({ tables }) => {
      await tables.addBackup(row);
      return row;
    });
  }

  /** With its counts, as the page is told. */
  async kept(row: BackupRow): Promise<KeptBackup> {
    return keptBackup(row, await this.#safekeepingOf(row));
  }

  /**
   * What a chunk has from this byte on, as much as is good to have at once; nothing at its end.
   * @returns `null` as long as it is not counted @throws LostChunkError if it was, and is gone
   */
  readChunk({ backupId, segment, chunk }: ChunkKey, from: number): Promise<Uint8Array | null> {
    return this.#storing(async (storage) => {
      const row = await storage.tables.getBackup(backupId);
      const { lengths = [], place = "memory" } = row?.segments[segment] ?? {};
      const length = lengths[chunk];
      if (length === undefined) return null;
      const bytes = await (await storage.chunksIn(place)).read({ backupId, segment, chunk }, from);
      // Where the power failed, a file may be there without what was written into it, or with more.
      if (!bytes || (bytes.length === 0 && from < length)) throw new LostChunkError();
      return bytes.subarray(0, length - from);
    });
  }

  /** All that a chunk has. @throws LostChunkError if it is not there, or not counted any more */
  async *readAll(key: ChunkKey): AsyncGenerator<Uint8Array, void, undefined> {
    for (let from = 0; ; ) {
      const piece = await this.readChunk(key, from);
      if (!piece) throw new LostChunkError();
      if (piece.length === 0) return;
      yield piece;
      from += piece.length;
    }
  }

  /** A new answer begins: of the backup as it is now. What is spent makes room for it. */
  addSegment(backupId: string, backup: BackupInfo, { of, inMemory }: NewSegment): Promise<BackupRow> {
    return this.#storing(async (storage) => {
      const place: ChunkPlace = inMemory ? "memory" : await storage.bestPlace();
      return this.changeSegments(backupId, (row) => withSegment(row, backup, { place, of }));
    });
  }

  /** Changes the row, then deletes the chunks that it counts no more: a crash in between leaves only chunks that nobody asks for. */
  changeSegments(backupId: string, change: (row: BackupRow) => BackupRow): Promise<BackupRow> {
    return this.#storing(async (storage) => {
      let before: readonly Segment[] = [];
      const after = await this.#change(backupId, (row) => {
        before = row.segments;
        return change(row);
      });
      await deleteUncounted(storage, backupId, before, after.segments);
      return after;
    });
  }

  /** Begins a chunk. It is not there until it has ended and is counted. */
  openChunk(key: ChunkKey, signal: AbortSignal): Promise<NewChunk> {
    return this.#storing(async (storage) => {
      const row = await storage.tables.getBackup(key.backupId);
      const segment = row?.segments[key.segment];
      if (!segment) throw new KeyBackupSyncError("backup-replaced");
      const chunk = await (await storage.chunksIn(segment.place)).create(key, signal);
      return {
        capacity: chunk.capacity,
        write: (bytes) => this.#storing(() => chunk.write(bytes)),
        end: () => this.#storing(() => chunk.end()),
      };
    });
  }

  /** Counts a chunk that is safe, with the number of room keys that are so then. */
  countChunk({ backupId, segment, chunk }: ChunkKey, safe: number, length: number): Promise<BackupRow> {
    return this.#change(backupId, (row) => withChunk(row, segment, chunk, safe, length));
  }

  /** An answer has come to its end. @param isAll all of the backup is safe with it */
  markWhole(backupId: string, backup: BackupInfo, segment: number, isAll: boolean): Promise<BackupRow> {
    return this.#change(backupId, (row) => withWhole(row, segment, backup, isAll));
  }

  /**
   * @param page what the ledger has to remember of it, `null` for nothing
   * @param left the row as this import last left it
   * @throws OvertakenError if another import has settled keys since: nothing is counted then
   */
  settleBatch(backupId: string, settled: BatchCounts, page: Uint8Array | null, left?: BackupRow): Promise<BackupRow> {
    return this.#storing(async (storage) => {
      const change = (before: BackupRow) => withBatch(before, settled, page ? 1 : 0);
      const row = await this.#change(backupId, onlyAsLeft(left, change), page);
      storage.memory.releaseBefore({ backupId, ...settled.end });
      return row;
    });
  }

  /**
   * All that a segment has is settled. Its chunks go only with the last one: until then they tell a later answer what is there.
   * @throws OvertakenError as `settleBatch` does
   */
  settleSegment(backupId: string, segment: number, end: SegmentEnd, left?: BackupRow): Promise<BackupRow> {
    return this.#storing(async (storage) => {
      const change = (before: BackupRow) => withSettled(before, segment, end);
      const row = await this.#change(backupId, onlyAsLeft(left, change));
      storage.memory.releaseBefore({ backupId, segment: segment + 1, chunk: 0 });
      if (isSpent(row)) await storage.eachChunks((chunks) => chunks.deleteBackup(backupId));
      return row;
    });
  }

  /** The ledger, page by page. */
  async *ledger({ backupId, pages }: BackupRow): AsyncGenerator<Uint8Array, void, undefined> {
    for (let page = 0; page < pages; page++) {
      yield await this.#storing(async ({ tables }) => (await tables.getPage(backupId, page)) ?? new Uint8Array(0));
    }
  }

  /** Whether it is no longer the account's backup. */
  markReplaced(backupId: string, replaced: boolean): Promise<BackupRow> {
    return this.changeSegments(backupId, (row) => withReplaced(row, replaced));
  }

  /** Whether the homeserver still has it, though it is no longer the account's. */
  markOlder(backupId: string, older: boolean): Promise<BackupRow> {
    return this.changeSegments(backupId, (row) => withOlder(row, older));
  }

  /** Whether the client may count room keys of another backup of the same version as backed up in this one. */
  markTookPlace(backupId: string, tookPlace: boolean): Promise<BackupRow> {
    return this.#change(backupId, (row) => ({ ...row, tookPlace }));
  }

  /** Keeps a decryption key for as long as the backup is kept, beside those that were kept before. */
  async keepKey(backupId: string, key: Uint8Array): Promise<void> {
    await this.#storing(async ({ tables }) => {
      const sealingKey = await sealingKeyIn(tables);
      if (!sealingKey) return this.#unsealedKeys.add(backupId, key);
      const sealedKey = await seal(sealingKey, key);
      await this.#change(backupId, (row) => ({ ...row, sealedKeys: [...row.sealedKeys, sealedKey] }));
    });
  }

  /** Notes what this device itself put into it. */
  noteUpload(backupId: string, upload: OwnUpload): Promise<BackupRow> {
    return this.#change(backupId, (row) => withUpload(row, upload));
  }

  /** Keeps what may give it one day. */
  async keepStoredKeys(backupId: string, storedKeys: readonly StoredBackupKey[]): Promise<void> {
    await this.#change(backupId, (row) => ({ ...row, storedKeys }));
  }

  /** Keeps how a passphrase gives the decryption key itself. */
  keepPassphrase(backupId: string, passphrase: PassphraseDescription): Promise<BackupRow> {
    return this.#change(backupId, (row) => ({ ...row, passphrase }));
  }

  /** The decryption keys that were kept, in the order in which they were kept. */
  keptKeys({ backupId, sealedKeys }: BackupRow): Promise<Uint8Array[]> {
    return this.#storing(async ({ tables }) => {
      const sealingKey = sealedKeys.length > 0 ? await tables.getSealingKey() : null;
      const keys = sealingKey ? await Promise.all(sealedKeys.map((sealed) => unseal(sealingKey, sealed))) : [];
      return [...keys.filter((key) => key !== null), ...this.#unsealedKeys.of(backupId)];
    });
  }

  /** Deletes a backup with all that is kept of it. */
  deleteBackup(backupId: string): Promise<void> {
    return this.#storing(async (storage) => {
      this.#unsealedKeys.delete(backupId);
      // The row first: without it, nobody asks for what may be left of the chunks.
      await storage.tables.deleteBackup(backupId);
      await storage.eachChunks((chunks) => chunks.deleteBackup(backupId));
    });
  }

  /**
   * Deletes everything but the choice, and what may exist nowhere else: of backups that are no longer the account's, the room keys that wait
   * to be imported, and the decryption keys, which open them where the homeserver still has them.
   */
  async forget(): Promise<void> {
    for (const row of await this.getBackups()) {
      if (row.replaced && hasSpooled(row)) continue;
      if (!row.replaced || !(await this.#hasKeys(row))) await this.deleteBackup(row.backupId);
      else if (!isSettled(row)) await this.changeSegments(row.backupId, begunAnew);
    }
  }

  async #hasKeys(row: BackupRow): Promise<boolean> {
    return row.storedKeys.length > 0 || (await this.keptKeys(row)).length > 0;
  }

  /** Chunks that another worker had in memory are gone with it. To be called by who has the run alone. */
  async forgetLostMemory(): Promise<void> {
    if (this.#hasForgottenMemory) return;
    this.#hasForgottenMemory = true;
    for (const row of await this.getBackups()) {
      if (withoutMemory(row) !== row) await this.#change(row.backupId, withoutMemory);
    }
  }

  /** What is in memory of this backup, and not imported, is to be downloaded again. */
  releaseMemory(backupId: string): Promise<BackupRow> {
    return this.changeSegments(backupId, withoutMemory);
  }

  /** All that the homeserver has of it, as it is with this etag, is no backup. */
  markMalformed(backupId: string, etag: string): Promise<BackupRow> {
    return this.#change(backupId, (row) => withMalformed(row, etag));
  }

  /** Leaves nothing of this user and device behind. */
  async erase(): Promise<void> {
    this.#unsealedKeys.clear();
    await this.#storing((storage) => storage.erase());
    this.#storageOnce = null;
  }

  /** Lets go of the database, for good. */
  async close(): Promise<void> {
    await (await this.#storageOnce)?.tables.close();
  }

  async #safekeepingOf({ segments }: BackupRow): Promise<Safekeeping> {
    const { isDenied } = await this.#storage();
    if (isDenied) return "denied";
    return segments.some(({ place, settled }) => place === "memory" && !settled) ? "no-room" : "device";
  }

  #change(backupId: string, change: (row: BackupRow) => BackupRow, page?: Uint8Array | null): Promise<BackupRow> {
    return this.#storing(async ({ tables }) => {
      const row = await tables.changeBackup(backupId, change, page);
      if (!row) throw new KeyBackupSyncError("backup-replaced");
      return row;
    });
  }

  async #storing<Value>(work: (storage: SpoolStorage) => Promise<Value>): Promise<Value> {
    try {
      return await work(await this.#storage());
    } catch (cause) {
      if (cause instanceof KeyBackupSyncError || cause instanceof OvertakenError || isAborted(cause)) throw cause;
      const full = cause instanceof DOMException && cause.name === "QuotaExceededError";
      throw new KeyBackupSyncError(full ? "storage-full" : "storage-unavailable", { cause });
    }
  }

  #storage(): Promise<SpoolStorage> {
    this.#storageOnce ??= this.#open();
    return this.#storageOnce;
  }

  async #open(): Promise<SpoolStorage> {
    const close = () => {
      this.#storageOnce = null;
    };
    try {
      return await SpoolStorage.open(this.#identity, this.#memory, close);
    } catch (cause) {
      close();
      throw cause;
    }
  }
}
