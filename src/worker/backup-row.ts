/** What is kept of one backup beside its bytes: a row that is replaced whole, and the pure questions and changes of it. */
import type { CryptoStoreContents } from "../host.js";
import type { Cursor, KeptBackup } from "../protocol.js";
import { type BackupInfo, type FailureReason, failedCount, type Progress, type Safekeeping } from "../state.js";
import { backupIdOf } from "./backup-id.js";
import type { PassphraseDescription, StoredBackupKey } from "./rescue/stored-backup-key.js";
import type { SealedKey } from "./sealed-key.js";

/** What keeps the chunks of a segment. Chunks in memory are gone with the worker. */
export type ChunkPlace = "files" | "database" | "memory";

/** One answer of the homeserver, or several joined, in the shape of a whole backup: at its end, or cut off. */
export interface Segment {
  /** Bytes of each chunk that is counted. */
  readonly lengths: readonly number[];
  /** Of all of them, as far as they came before it was settled; none where some were lost by then. */
  readonly bytes: number;
  readonly place: ChunkPlace;
  /** The answer to "all room keys", or those of some rooms, one by one. */
  readonly of: "backup" | "rooms";
  /** Of the backup when the answer began; missing in rows of earlier versions of this library. */
  readonly etag?: string;
  /** It came to its end. */
  readonly whole: boolean;
  /** Every byte was parsed and settled, or is gone for good. */
  readonly settled: boolean;
}

/** Uploads of this device, one after the other: all that changed the backup between these two etags. */
export interface OwnUploads {
  readonly from: string;
  readonly to: string;
  /** The crypto store that they come from. */
  readonly store: CryptoStoreContents;
}

export interface BackupRow {
  /** Tells this row from an earlier one of the same backup, which a stop deleted. */
  readonly id: number;
  /** Names the backup, its chunks and its pages of the ledger: see backup-id.ts. */
  readonly backupId: string;
  readonly backup: BackupInfo;
  readonly publicKey: string;
  /** Of the present pass: the download of what the backup was at one time. */
  readonly segments: readonly Segment[];
  /** It is no longer the account's backup: there is no more to come. */
  readonly replaced: boolean;
  /** It is no longer the account's, and the homeserver still has it: there may be more to come. Missing if not. */
  readonly older?: boolean;
  /** It took the place of another backup of the same version: the client may count room keys of that one as backed up in it. */
  readonly tookPlace: boolean;
  /** The segments together have all that the homeserver had. */
  readonly whole: boolean;
  /** How often a pass came to its end with the backup as it is: one that has fewer keys than `count` is asked for once more. */
  readonly passes: number;
  readonly cursor: Cursor;
  /** Room keys that are safe: by the look of the bytes at first, exact once they are parsed. */
  readonly safe: number;
  /** Room keys in the crypto store `store`, of this and all earlier passes. */
  readonly imported: number;
  /** The crypto store that they are in, as it was when it was counted last; `null` before it was. */
  readonly store: CryptoStoreContents | null;
  /** Of the present pass. */
  readonly failures: Readonly<Record<FailureReason, number>>;
  /** Counts the passes, and is part of what the ledger says of failures. */
  readonly pass: number;
  /** Number of pages of the ledger. */
  readonly pages: number;
  /**
   * Every decryption key that was taken for the one of this backup, none in the place of another. One of them may belong to another
   * backup: the client may have had no other key at the time, or the homeserver told a wrong public key.
   */
  readonly sealedKeys: readonly SealedKey[];
  /** What may give it, encrypted, where it was not: as the account had it at the download. */
  readonly storedKeys: readonly StoredBackupKey[];
  /** How a passphrase gives the decryption key itself, as `auth_data` tells; missing if none does. */
  readonly passphrase?: PassphraseDescription | null;
  /** The etag with which what the homeserver sent of it turned out to be no backup; missing if it did not. */
  readonly malformed?: string;
  /** When it was begun or went on, in milliseconds since the epoch. */
  readonly usedAt: number;
  /** What this device put into it last; missing before it did. See own-uploads.ts. */
  readonly uploads?: OwnUploads | null;
}

/** What a batch changes. */
export interface BatchCounts {
  /** Room keys that were not counted before. */
  readonly imported: number;
  readonly failures: Readonly<Record<FailureReason, number>>;
  /** The crypto store that has the imported ones. */
  readonly store: CryptoStoreContents;
  readonly end: Cursor;
}

export const NO_CHUNKS = { lengths: [], bytes: 0 };

export const NO_FAILURES: Readonly<Record<FailureReason, number>> = { malformed: 0, undecryptable: 0, rejected: 0 };

export function newBackupRow(backup: BackupInfo, publicKey: string): BackupRow {
  return {
    id: Math.random(),
    backupId: backupIdOf(backup.version, publicKey),
    backup,
    publicKey,
    segments: [],
    replaced: false,
    tookPlace: false,
    whole: false,
    passes: 0,
    cursor: beginningOf(0),
    safe: 0,
    imported: 0,
    store: null,
    failures: NO_FAILURES,
    pass: 1,
    pages: 0,
    sealedKeys: [],
    storedKeys: [],
    usedAt: Date.now(),
  };
}

export function beginningOf(segment: number): Cursor {
  return { segment, chunk: 0, offset: 0, inside: null };
}

/** It is the row of this version with this public key. */
export function isRowOf(row: BackupRow, version: string, publicKey: string | null): boolean {
  return row.backup.version === version && row.publicKey === publicKey;
}

/** The homeserver sent it to its end, and all of it is imported or counted. */
export function isSettled({ whole, segments }: BackupRow): boolean {
  return whole && segments.every(({ settled }) => settled);
}

/** The homeserver has it no more: nothing of it is to come. */
export function isClosed({ replaced, older }: BackupRow): boolean {
  return replaced && older !== true;
}

/** All that is spooled of it is settled, and there is no more to come: its chunks go. */
export function isSpent(row: BackupRow): boolean {
  return isSettled(row) || (isClosed(row) && !hasSpooled(row));
}

/** There are bytes of it that were not parsed to their end. Counts do not tell: in a later pass most keys are known. */
export function hasSpooled({ segments }: BackupRow): boolean {
  return segments.some(({ settled, lengths }) => !settled && lengths.length > 0);
}

/** Some keys of it wait to be imported, or were never downloaded. */
export function hasMoreToTell(row: BackupRow): boolean {
  const { total, downloaded } = progressOf(row);
  return hasSpooled(row) || total > downloaded;
}

/** Room keys that are safe, but neither imported nor counted as failed. */
export function spooledOf(row: BackupRow): number {
  return Math.max(0, row.safe - row.imported - failedCount(row));
}

/** Room keys of these backups that are kept and not imported. */
export function notImportedOf(rows: readonly BackupRow[]): number {
  const waiting = rows.filter((row) => hasSpooled(row) && !isReadToEnd(row));
  return waiting.reduce((sum, row) => sum + Math.max(1, spooledOf(row)), 0);
}

/** All bytes of it are settled, though its answer did not end there. */
function isReadToEnd({ segments, cursor }: BackupRow): boolean {
  const { lengths = [] } = segments[cursor.segment] ?? {};
  const isLast = cursor.segment === segments.length - 1 && cursor.chunk >= lengths.length - 1;
  return isLast && (cursor.chunk >= lengths.length || cursor.offset >= (lengths.at(-1) ?? 0));
}

/** Room keys in the crypto store that came from backups which the homeserver still has. */
export function importedFrom(rows: readonly BackupRow[]): number {
  return rows.filter((row) => !isClosed(row)).reduce((sum, { imported }) => sum + imported, 0);
}

export function progressOf(row: BackupRow): Progress {
  const { backup, safe, imported, failures } = row;
  const downloaded = Math.max(safe, imported + failedCount(row));
  return { total: Math.max(backup.count, downloaded), downloaded, imported, failures };
}

export function keptBackup(row: BackupRow, safekeeping: Safekeeping): KeptBackup {
  const { backupId, backup, whole, usedAt } = row;
  const passed = whole ? backup : null;
  const kept = { backupId, backup, progress: progressOf(row), whole, settled: isSettled(row), passed };
  return { ...kept, hasSpooled: hasSpooled(row), safekeeping, usedAt };
}

/** It is no longer the account's, or is the account's again. */
export function withReplaced(row: BackupRow, replaced: boolean): BackupRow {
  return replaced
    ? { ...row, replaced, older: row.older === true }
    : { ...withMoreToCome(row), replaced, older: false };
}

/** The homeserver still has it, or has it no more. */
export function withOlder(row: BackupRow, older: boolean): BackupRow {
  return older && row.replaced ? { ...withMoreToCome(row), older } : { ...row, older: false };
}

/** What came to its end as all that there would be begins anew: its chunks are gone, and a later answer cannot go on behind them. */
function withMoreToCome(row: BackupRow): BackupRow {
  return isClosed(row) && !isSettled(row) && !hasSpooled(row) ? begunAnew(row) : row;
}

/** Nothing of it is spooled. What was imported stays imported. */
export function begunAnew(row: BackupRow): BackupRow {
  const counts = { safe: row.imported, failures: NO_FAILURES, pass: row.pass + 1 };
  return { ...row, ...counts, segments: [], whole: false, cursor: beginningOf(0) };
}

/** All that the homeserver has of it, as it is with this etag, is no backup: what of it is neither imported nor waits for that is missing. */
export function withMalformed(row: BackupRow, etag: string): BackupRow {
  return { ...row, malformed: etag, safe: hasSpooled(row) ? row.safe : row.imported + failedCount(row) };
}

/** A new answer begins: of the backup as it is now. What is spent makes room for it; where all is settled, a pass begins. */
export function withSegment(row: BackupRow, backup: BackupInfo, segment: Pick<Segment, "place" | "of">): BackupRow {
  const added: Segment = { ...segment, ...NO_CHUNKS, etag: backup.etag, whole: false, settled: false };
  const passes = backup.etag === row.backup.etag ? row.passes : 0;
  const after = { ...row, backup, passes, whole: false, usedAt: Date.now() };
  if (row.segments.length === 0) return { ...after, segments: [added], cursor: beginningOf(0) };
  const before = added.of === "backup" ? withoutSpent(row.segments) : row.segments;
  if (!isSettled(row)) return { ...after, segments: [...before, added] };
  // What was imported stays imported; what failed gets another chance.
  const counts = { safe: row.imported, failures: NO_FAILURES };
  return { ...after, ...counts, segments: [added], cursor: beginningOf(0), pass: row.pass + 1 };
}

/**
 * An answer to "all room keys" comes with what the ones before it had. Of those that are settled, the longest stays until all is: keys that
 * failed are nowhere else on this device. More would fill the disk, where a homeserver always cuts its answers.
 */
function withoutSpent(segments: readonly Segment[]): readonly Segment[] {
  const comesAgain = ({ of, settled, lengths, place }: Segment) =>
    of === "backup" && settled && lengths.length > 0 && place !== "memory";
  const most = Math.max(...segments.filter(comesAgain).map(({ bytes }) => bytes));
  const kept = segments.findLastIndex((segment) => comesAgain(segment) && segment.bytes === most);
  return segments.map((segment, at) => (comesAgain(segment) && at !== kept ? { ...segment, ...NO_CHUNKS } : segment));
}

/** The next chunk of a segment. @param safe room keys that are safe with it @param length in bytes */
export function withChunk(row: BackupRow, segment: number, chunk: number, safe: number, length: number): BackupRow {
  const count = ({ lengths, bytes, settled }: Segment) => ({
    lengths: lengths.toSpliced(chunk, 1, length),
    bytes: settled ? bytes : bytes + length,
  });
  const after = changeSegment(row, segment, count);
  return { ...after, safe: Math.max(row.safe, safe) };
}

/** A segment has come to its end: with it, perhaps, the backup; but not if it was given up before, as no JSON of a backup. */
export function withWhole(row: BackupRow, segment: number, backup: BackupInfo, isAll: boolean): BackupRow {
  // What was there before an answer to "all room keys" went on is the same in it.
  const after = changeSegment(row, segment, ({ of, etag }) => ({
    whole: true,
    etag: of === "backup" ? backup.etag : (etag ?? backup.etag),
  }));
  const whole = isAll && row.segments[segment]?.settled !== true;
  const seen = { ...backup, etag: etagOf(after, segment, backup) };
  return { ...after, backup: seen, whole, passes: row.passes + (whole ? 1 : 0) };
}

/**
 * What the segments together show of the backup. Rooms complete what another answer began: if the etag moved in between, what changed in
 * the rooms that were there already is for a later pass.
 */
function etagOf({ segments }: BackupRow, segment: number, { etag }: BackupInfo): string {
  if (segments[segment]?.of !== "rooms") return etag;
  const moved = segments.find((it) => it.lengths.length > 0 && it.etag !== etag);
  return moved ? (moved.etag ?? "") : etag;
}

export function withBatch(row: BackupRow, { imported, failures, store, end }: BatchCounts, pages: number): BackupRow {
  return {
    ...row,
    imported: row.imported + imported,
    failures: sum(row.failures, failures),
    store,
    cursor: end,
    pages: row.pages + pages,
  };
}

/** How the parsing of a segment came to its end: with that of the JSON, where it broke off, or where bytes are gone. */
export type SegmentEnd = "ended" | "cut" | "lost";

export function withSettled(row: BackupRow, segment: number, end: SegmentEnd): BackupRow {
  const changed = changeSegment(row, segment, ({ whole, bytes }) => ({
    settled: true,
    whole: whole && end === "ended",
    bytes: end === "lost" ? 0 : bytes,
  }));
  const isLast = segment >= row.segments.length - 1;
  // Segments behind one that was cut have what it lacks.
  const after = { ...changed, whole: row.whole && (end === "ended" || (end === "cut" && !isLast)) };
  if (!isLast) return { ...after, cursor: beginningOf(segment + 1) };
  return isSettled(after) || isClosed(row) ? { ...after, safe: after.imported + failedCount(after) } : after;
}

/**
 * Chunks in memory are gone with the worker that had them: what was not settled of them is to be downloaded again. A segment keeps its
 * number, by which its chunks are found.
 */
export function withoutMemory(row: BackupRow): BackupRow {
  const isGone = ({ place, settled }: Segment) => place === "memory" && !settled;
  if (!row.segments.some(isGone)) return row;
  const segments = row.segments.map((segment) =>
    isGone(segment) ? { ...segment, ...NO_CHUNKS, settled: true } : segment,
  );
  const next = segments.findIndex(({ settled }) => !settled);
  const isCursorSettled = segments[row.cursor.segment]?.settled === true;
  const cursor = isCursorSettled ? beginningOf(next < 0 ? segments.length : next) : row.cursor;
  return { ...row, segments, whole: false, cursor, safe: row.imported + failedCount(row) };
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
