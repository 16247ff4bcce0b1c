/**
 * What was downloaded, still encrypted: the bytes as chunks, in files or in IndexedDB, and one row a backup version in IndexedDB that
 * says how far download and import are. A chunk is safe before the row counts it, a batch and its cursor are one transaction:
 * whatever dies, what the row says is there. It knows nothing of what is in the bytes.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { KeyBackupSyncError } from "../errors.js";
import type { Choice, Cursor, Identity, KeptBackup, SettledBatch } from "../protocol.js";
import { type BackupInfo, type FailureReason, failedCount, type Progress } from "../state.js";
import type { ChunkKey, ChunkStore, NewChunk } from "./chunks.js";
import { DatabaseChunks, RELAXED } from "./database-chunks.js";
import { FileChunks } from "./file-chunks.js";

/** One answer of the homeserver, whole or cut off. */
export interface Segment {
  readonly chunks: number;
  /** Its chunks are files. If not, they are in the database. */
  readonly inFiles: boolean;
  /** Room keys in its bytes, by their look: exact once they are parsed. */
  readonly keys: number;
  readonly whole: boolean;
  readonly imported: number;
  readonly failures: Readonly<Record<FailureReason, number>>;
  /** Every byte was parsed and settled. */
  readonly settled: boolean;
}

export interface BackupRow {
  readonly backup: BackupInfo;
  readonly publicKey: string;
  readonly segments: readonly Segment[];
  readonly cursor: Cursor;
}

interface SpoolSchema extends DBSchema {
  /** By backup version. */
  backups: { key: string; value: BackupRow };
  chunks: { key: [version: string, segment: number, chunk: number]; value: Uint8Array };
  choice: { key: "choice"; value: Choice };
}

export const NO_FAILURES: Readonly<Record<FailureReason, number>> = { malformed: 0, undecryptable: 0, rejected: 0 };
const EMPTY_SEGMENT: Segment = {
  chunks: 0,
  inFiles: false,
  keys: 0,
  whole: false,
  imported: 0,
  failures: NO_FAILURES,
  settled: false,
};

export type SpoolDatabase = IDBPDatabase<SpoolSchema>;

export class Spool {
  readonly #identity: Identity;
  readonly #database: Promise<SpoolDatabase>;
  readonly #inDatabase: ChunkStore;
  #filesOnce: Promise<FileChunks | null> | null = null;

  constructor(identity: Identity) {
    const { userId, deviceId } = identity;
    this.#identity = identity;
    this.#database = openDB<SpoolSchema>(`key-backup-sync:${userId}:${deviceId}`, 1, {
      upgrade(database) {
        database.createObjectStore("backups");
        database.createObjectStore("chunks");
        database.createObjectStore("choice");
      },
    });
    this.#database.catch(() => {});
    this.#inDatabase = new DatabaseChunks(this.#database);
  }

  getChoice(): Promise<Choice> {
    return storing(async () => (await (await this.#database).get("choice", "choice")) ?? "run");
  }

  setChoice(choice: Choice): Promise<void> {
    return storing(async () => void (await (await this.#database).put("choice", choice, "choice")));
  }

  getBackup(version: string): Promise<BackupRow | null> {
    return storing(async () => (await (await this.#database).get("backups", version)) ?? null);
  }

  /** The backup that was kept last. */
  getLatestBackup(): Promise<BackupRow | null> {
    return storing(async () => (await (await this.#database).getAll("backups")).at(-1) ?? null);
  }

  /** A row for a version that has none yet. */
  addBackup(backup: BackupInfo, publicKey: string): Promise<BackupRow> {
    const row = { backup, publicKey, segments: [], cursor: beginningOf(0) };
    return storing(async () => {
      await (await this.#database).put("backups", row, backup.version);
      return row;
    });
  }

  /** `null` as long as it is not counted. */
  getChunk(version: string, segment: number, chunk: number): Promise<Uint8Array | null> {
    return storing(async () => {
      const row = await (await this.#database).get("backups", version);
      const kept = row?.segments[segment];
      if (!kept || chunk >= kept.chunks) return null;
      return (await this.#storeOf(kept)).get({ version, segment, chunk });
    });
  }

  /** A new answer begins: of the backup as it is now. What is settled to its end makes room for it. */
  async addSegment(version: string, backup: BackupInfo): Promise<BackupRow> {
    const segment = { ...EMPTY_SEGMENT, inFiles: (await this.#files()) !== null };
    return this.#change(version, (row) =>
      isSettled(row)
        ? { ...row, backup, segments: [segment], cursor: beginningOf(0) }
        : { ...row, backup, segments: [...row.segments, segment] },
    );
  }

  /** Begins a chunk. It is not there until it has ended and is counted. */
  openChunk(key: ChunkKey): Promise<NewChunk> {
    return storing(async () => {
      const row = await (await this.#database).get("backups", key.version);
      const segment = row?.segments[key.segment];
      if (!segment) throw new KeyBackupSyncError("backup-replaced");
      const chunk = await (await this.#storeOf(segment)).create(key);
      return {
        write: (bytes) => storing(() => chunk.write(bytes)),
        end: () => storing(() => chunk.end()),
      };
    });
  }

  /** Counts a chunk that is safe, with the number of room keys the segment then has. */
  countChunk({ version, segment, chunk }: ChunkKey, keys: number): Promise<BackupRow> {
    return this.#change(version, (row) =>
      changeSegment(row, segment, ({ chunks }) => ({ chunks: Math.max(chunks, chunk + 1), keys })),
    );
  }

  /** Puts a whole chunk in its place. */
  async putChunk(
    version: string,
    place: { segment: number; chunk: number },
    bytes: Uint8Array,
    keys: number,
  ): Promise<BackupRow> {
    const key = { version, ...place };
    const chunk = await this.openChunk(key);
    await chunk.write(bytes);
    await chunk.end();
    return this.countChunk(key, keys);
  }

  /** The answer has come to its end: all of the backup is safe. */
  markWhole(version: string, backup: BackupInfo, segment: number): Promise<BackupRow> {
    return this.#change(version, (row) => ({
      ...changeSegment(row, segment, () => ({ whole: true, settled: false })),
      backup,
    }));
  }

  settleBatch(version: string, { imported, failures, end }: SettledBatch): Promise<BackupRow> {
    return this.#change(version, (row) => ({
      ...changeSegment(row, end.segment, (segment) => ({
        imported: segment.imported + imported,
        failures: sum(segment.failures, failures),
      })),
      cursor: end,
    }));
  }

  /**
   * All that a segment has is settled. Its chunks go only with the last one: until then they tell a later answer what is there.
   * @param ended false if its JSON broke off, so that it was not whole after all
   */
  async settleSegment(version: string, segment: number, ended: boolean): Promise<BackupRow> {
    const row = await this.#change(version, (before) => {
      const after = changeSegment(before, segment, ({ imported, failures, whole }) => ({
        settled: true,
        whole: whole && ended,
        keys: imported + failedCount({ failures }),
      }));
      return segment + 1 < after.segments.length ? { ...after, cursor: beginningOf(segment + 1) } : after;
    });
    if (isSettled(row)) await this.#deleteChunks(version);
    return row;
  }

  /** Deletes everything but the choice. */
  forget(): Promise<void> {
    return storing(async () => {
      // The rows first: without them, nobody asks for what may be left of the chunks.
      await (await this.#database).clear("backups");
      await this.#eachStore((store) => store.clear());
    });
  }

  #deleteChunks(version: string): Promise<void> {
    return storing(() => this.#eachStore((store) => store.deleteVersion(version)));
  }

  async #eachStore(work: (store: ChunkStore) => Promise<void>): Promise<void> {
    await work(this.#inDatabase);
    const files = await this.#files();
    if (files) await work(files);
  }

  async #storeOf({ inFiles }: Segment): Promise<ChunkStore> {
    if (!inFiles) return this.#inDatabase;
    const files = await this.#files();
    if (!files) throw new KeyBackupSyncError("storage-unavailable");
    return files;
  }

  /** Not before they are needed: a page whose account has no backup gets no directory. */
  #files(): Promise<FileChunks | null> {
    const { userId, deviceId } = this.#identity;
    this.#filesOnce ??= FileChunks.open(userId, deviceId);
    return this.#filesOnce;
  }

  #change(version: string, change: (row: BackupRow) => BackupRow): Promise<BackupRow> {
    return storing(async () => {
      const { store, done } = (await this.#database).transaction("backups", "readwrite", RELAXED);
      const before = await store.get(version);
      if (!before) throw new KeyBackupSyncError("backup-replaced");
      const after = change(before);
      await Promise.all([store.put(after, version), done]);
      return after;
    });
  }
}

export function beginningOf(segment: number): Cursor {
  return { segment, chunk: 0, offset: 0, inside: null };
}

/** The homeserver sent it to its end, and all of it is imported or counted. */
export function isSettled({ segments }: BackupRow): boolean {
  const last = segments.at(-1);
  return last?.settled === true && last.whole;
}

/**
 * What is kept of a backup. Segments are answers to the same question, so that the counts are those of the one that got furthest, and
 * an answer that had to be begun anew takes nothing away.
 */
export function keptBackup(row: BackupRow): KeptBackup {
  return {
    backup: row.backup,
    progress: progressOf(row),
    whole: row.segments.at(-1)?.whole ?? false,
    settled: isSettled(row),
  };
}

export function progressOf({ backup, segments }: BackupRow): Progress {
  const settledOf = (segment: Segment) => segment.imported + failedCount(segment);
  const furthest = segments.reduce(
    (best, segment) => (settledOf(segment) >= settledOf(best) ? segment : best),
    EMPTY_SEGMENT,
  );
  const downloaded = Math.max(settledOf(furthest), ...segments.map(({ keys }) => keys));
  return {
    total: Math.max(backup.count, downloaded),
    downloaded,
    imported: furthest.imported,
    failures: furthest.failures,
  };
}

function changeSegment(row: BackupRow, index: number, change: (segment: Segment) => Partial<Segment>): BackupRow {
  return {
    ...row,
    segments: row.segments.map((segment, at) => (at === index ? { ...segment, ...change(segment) } : segment)),
  };
}

function sum(a: Readonly<Record<FailureReason, number>>, b: Readonly<Record<FailureReason, number>>) {
  return {
    malformed: a.malformed + b.malformed,
    undecryptable: a.undecryptable + b.undecryptable,
    rejected: a.rejected + b.rejected,
  };
}

async function storing<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof KeyBackupSyncError) throw cause;
    const full = cause instanceof DOMException && cause.name === "QuotaExceededError";
    throw new KeyBackupSyncError(full ? "storage-full" : "storage-unavailable", { cause });
  }
}
