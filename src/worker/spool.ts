/**
 * What was downloaded, still encrypted, in IndexedDB: the bytes as chunks, and beside them one row a backup version that says how
 * far download and import are. A chunk and its count, or a batch and its cursor, are one transaction: whatever dies, the two agree.
 * It knows nothing of what is in the bytes.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { KeyBackupSyncError } from "../errors.js";
import type { Choice, Cursor, Identity, KeptBackup, SettledBatch } from "../protocol.js";
import { type BackupInfo, type FailureReason, failedCount, type Progress } from "../state.js";

/** One answer of the homeserver, whole or cut off. */
export interface Segment {
  readonly chunks: number;
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
  keys: 0,
  whole: false,
  imported: 0,
  failures: NO_FAILURES,
  settled: false,
};

/** Room in the transaction log is enough: losing power may cost the last chunk, never the agreement of the rows. */
const RELAXED = { durability: "relaxed" } as const;

export class Spool {
  readonly #database: Promise<IDBPDatabase<SpoolSchema>>;

  constructor({ userId, deviceId }: Identity) {
    this.#database = openDB<SpoolSchema>(`key-backup-sync:${userId}:${deviceId}`, 1, {
      upgrade(database) {
        database.createObjectStore("backups");
        database.createObjectStore("chunks");
        database.createObjectStore("choice");
      },
    });
    this.#database.catch(() => {});
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

  getChunk(version: string, segment: number, chunk: number): Promise<Uint8Array | null> {
    return storing(async () => (await (await this.#database).get("chunks", [version, segment, chunk])) ?? null);
  }

  /** A new answer begins: of the backup as it is now. What is settled to its end makes room for it. */
  addSegment(version: string, backup: BackupInfo): Promise<BackupRow> {
    return this.#change(version, (row) =>
      isSettled(row)
        ? { ...row, backup, segments: [EMPTY_SEGMENT], cursor: beginningOf(0) }
        : { ...row, backup, segments: [...row.segments, EMPTY_SEGMENT] },
    );
  }

  /** Puts a chunk in its place, with the number of room keys the segment then has. */
  putChunk(version: string, place: { segment: number; chunk: number }, bytes: Uint8Array, keys: number) {
    const row = (before: BackupRow) =>
      changeSegment(before, place.segment, ({ chunks }) => ({ chunks: Math.max(chunks, place.chunk + 1), keys }));
    return this.#change(version, row, { key: [version, place.segment, place.chunk], bytes });
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
      const transaction = (await this.#database).transaction(["backups", "chunks"], "readwrite");
      await Promise.all([transaction.objectStore("backups").clear(), transaction.objectStore("chunks").clear()]);
      await transaction.done;
    });
  }

  #deleteChunks(version: string): Promise<void> {
    return storing(async () => (await this.#database).delete("chunks", IDBKeyRange.bound([version], [version, []])));
  }

  #change(
    version: string,
    change: (row: BackupRow) => BackupRow,
    chunk?: { readonly key: [string, number, number]; readonly bytes: Uint8Array },
  ): Promise<BackupRow> {
    return storing(async () => {
      const transaction = (await this.#database).transaction(["backups", "chunks"], "readwrite", RELAXED);
      const backups = transaction.objectStore("backups");
      const before = await backups.get(version);
      if (!before) throw new KeyBackupSyncError("backup-replaced");
      const after = change(before);
      const puts: Promise<unknown>[] = [backups.put(after, version), transaction.done];
      if (chunk) puts.push(transaction.objectStore("chunks").put(chunk.bytes, chunk.key));
      await Promise.all(puts);
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
