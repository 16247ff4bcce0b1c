/**
 * What a row counts as imported is true of one crypto store, as long as that store keeps every room key. A store that was deleted, replaced
 * by an empty one, or restored from an older copy lacks some of them. The row then starts again: what is still spooled is imported again,
 * and the rest is downloaded again.
 */
import type { CryptoStoreContents } from "../host.js";
import {
  type BackupRow,
  beginningOf,
  isSettled,
  NO_CHUNKS,
  NO_FAILURES,
  progressOf,
  type Segment,
} from "./backup-row.js";
import { uploadsFrom } from "./own-uploads.js";
import type { Spool } from "./spool.js";

/** Writes down how the rows are with this crypto store. @returns whether something is to be imported again */
export async function matchStore(spool: Spool, contents: CryptoStoreContents): Promise<boolean> {
  const rows = await spool.getBackups();
  const isOther = otherThan(rows, contents);
  for (const row of rows) {
    if (!isOther(row) && row.store?.roomKeyCount === contents.roomKeyCount) continue;
    await spool.changeSegments(row.backupId, (now) => rowInStore(now, contents, isOther(row)));
  }
  return rows.some((row) => isOther(row) && hasLedger(row));
}

/**
 * The rows as they are with this crypto store.
 * @param rows all rows of the device: each remembers how many room keys its store held, and the highest number counts
 */
export function rowsInStore(rows: readonly BackupRow[], contents: CryptoStoreContents): BackupRow[] {
  const isOther = otherThan(rows, contents);
  return rows.map((row) => rowInStore(row, contents, isOther(row)));
}

/** @param isOther see `otherThan` */
function rowInStore(row: BackupRow, contents: CryptoStoreContents, isOther: boolean): BackupRow {
  const after = isOther && hasLedger(row) ? withoutImports(row) : row;
  return { ...after, store: contents, uploads: uploadsFrom(row.uploads, contents) };
}

/** Tells which rows count room keys as imported that this store does not have, or may not have. */
function otherThan(rows: readonly BackupRow[], contents: CryptoStoreContents): (row: BackupRow) => boolean {
  const isSame = ({ store }: BackupRow) => store?.storeId === contents.storeId;
  const most = Math.max(0, ...rows.filter(isSame).map(({ store }) => store?.roomKeyCount ?? 0));
  // An SDK deletes no room keys, so a store that holds fewer than before is an older copy of itself.
  return (row) => !isSame(row) || contents.roomKeyCount < most;
}

/** Some room keys are imported, or counted as failed. */
function hasLedger({ imported, pages }: BackupRow): boolean {
  return imported > 0 || pages > 0;
}

/** The pages of its ledger stay until new ones overwrite them: nobody reads more than the row counts. */
function withoutImports(row: BackupRow): BackupRow {
  const anew = { ...row, imported: 0, failures: NO_FAILURES, pages: 0, pass: row.pass + 1 };
  // The chunks went with the last room key that was imported.
  if (isSettled(row)) return { ...anew, segments: [], whole: false, passes: 0, safe: 0, cursor: beginningOf(0) };
  const segments = row.segments.map(rewound);
  const next = segments.findIndex(({ settled }) => !settled);
  // In a later pass, and where chunks were in memory, nobody knows how many of the room keys are still spooled.
  const isAllThere = row.pass === 1 && !row.segments.some(isInMemory);
  return {
    ...anew,
    segments,
    whole: row.whole && !row.segments.some(isInMemory),
    safe: isAllThere ? progressOf(row).downloaded : 0,
    cursor: beginningOf(next < 0 ? segments.length : next),
  };
}

/** Chunks of settled segments stay until the whole row is settled; those in memory are gone. */
function rewound(segment: Segment): Segment {
  if (isInMemory(segment)) return { ...segment, ...NO_CHUNKS, settled: true };
  return segment.lengths.length > 0 ? { ...segment, settled: false } : segment;
}

function isInMemory({ place, lengths }: Segment): boolean {
  return place === "memory" && lengths.length > 0;
}
