/**
 * What a backup has grown by since it was looked at, where all of that is known to be from this device.
 *
 * An etag tells only that something changed. But Synapse and Dendrite count: each request that changes a backup moves its etag by one, whoever
 * sends it and however many room keys it has. So where the homeserver has a session just as it was sent, and the etag is one more than before
 * that request, nothing else changed in between. A homeserver that counts otherwise, or not at all, gives no such sign: its backup is looked at.
 */
import type { CryptoStoreContents } from "../host.js";
import type { OwnUpload } from "../protocol.js";
import type { BackupInfo, Progress } from "../state.js";
import { type BackupRow, isSettled, type OwnUploads, progressOf } from "./backup-row.js";

const COUNTED = /^\d{1,15}$/;

export function withUpload(row: BackupRow, { etag, store }: OwnUpload): BackupRow {
  const known = uploadsFrom(row.uploads, store);
  const uploads = [known, { from: row.backup.etag, to: row.backup.etag }].find((one) => one && isNext(one.to, etag));
  return { ...row, uploads: { from: uploads?.from ?? etag, to: etag, store } };
}

/** They are in this crypto store; one that holds fewer room keys than then is an older copy of itself. */
export function uploadsFrom(uploads: OwnUploads | null | undefined, store: CryptoStoreContents): OwnUploads | null {
  if (!uploads || uploads.store.storeId !== store.storeId) return null;
  return store.roomKeyCount < uploads.store.roomKeyCount ? null : uploads;
}

/** All that the backup has, it had when it was looked at, or has from this device since. @param row as it is with the crypto store of now */
export function isAllKnown(row: BackupRow, etag: string): boolean {
  if (row.backup.etag === etag) return true;
  const { uploads } = row;
  if (!uploads || !isSettled(row)) return false;
  const [from, at, to] = [numberOf(uploads.from), numberOf(row.backup.etag), numberOf(uploads.to)];
  const now = numberOf(etag);
  // This device may have uploaded more since the homeserver said which etag it is.
  return from <= at && at <= now && now <= to;
}

/** With what this device has put there since. @param current the backup, of which all is known */
export function progressAt(row: BackupRow, current: BackupInfo): Progress {
  const progress = progressOf(row);
  const { downloaded, imported } = progress;
  const own = Math.max(0, Math.min(current.count - row.backup.count, current.count - downloaded));
  if (row.backup.etag === current.etag || own === 0) return progress;
  return { ...progress, total: current.count, downloaded: downloaded + own, imported: imported + own };
}

function isNext(before: string, after: string): boolean {
  return numberOf(after) === numberOf(before) + 1;
}

/** `NaN`, which equals nothing, if it is no count. That of an empty backup is empty on Dendrite. */
function numberOf(etag: string): number {
  if (etag === "") return 0;
  return COUNTED.test(etag) ? Number(etag) : Number.NaN;
}
