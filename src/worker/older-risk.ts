/**
 * What is in older backups that the homeserver still has, and nowhere on this device, or only in memory: a reset with matrix-js-sdk deletes
 * them, too.
 */
import type { OlderRisk } from "../protocol.js";
import { type BackupRow, isRowOf, progressOf, spooledOf, withoutMemory } from "./backup-row.js";
import type { BackupVersion } from "./homeserver.js";
import { isReadable, opens } from "./kept-decryptor.js";
import type { FoundVersions } from "./older-versions.js";
import type { Spool } from "./spool.js";

/** @param key of the client @param rows as they are with the crypto store of now */
export async function olderRisk(
  spool: Spool,
  { found, isUnsure }: FoundVersions,
  rows: readonly BackupRow[],
  key: Uint8Array | null,
): Promise<OlderRisk> {
  let [notDownloaded, locked] = [0, 0];
  for (const backup of found) {
    const known = rows.find((one) => isRowOf(one, backup.version, backup.publicKey));
    // What is in memory is gone with the page.
    const row = known && withoutMemory(known);
    const missing = missingIn(backup, row);
    notDownloaded += missing;
    const unopened = missing + (row ? spooledOf(row) : 0);
    if (unopened > 0 && !(await isOpen(spool, backup, row, key))) locked += unopened;
  }
  return { notDownloaded, locked, isUnsure };
}

function missingIn({ count, etag }: BackupVersion, row: BackupRow | undefined): number {
  if (!row) return count;
  return row.whole && row.backup.etag === etag ? 0 : Math.max(0, count - progressOf(row).downloaded);
}

async function isOpen(
  spool: Spool,
  { publicKey }: BackupVersion,
  row: BackupRow | undefined,
  key: Uint8Array | null,
): Promise<boolean> {
  if (row && (await isReadable(spool, row))) return true;
  return key !== null && publicKey !== null && (await opens(key, publicKey));
}
