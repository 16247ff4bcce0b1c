/** Older backups that the homeserver still has: what is kept here of each, and which of them are to be downloaded. */
import { isFault } from "../errors.js";
import type { AssessedOccasion } from "../protocol.js";
import { type BackupRow, hasMoreToTell, hasSpooled } from "./backup-row.js";
import {
  type BackupVersion,
  type DescribedBackup,
  type Homeserver,
  infoOf,
  SUPPORTED_ALGORITHM,
} from "./homeserver.js";
import { type FoundVersions, OlderVersions } from "./older-versions.js";
import type { Spool } from "./spool.js";

interface OlderBackup {
  readonly backup: DescribedBackup;
  readonly row: BackupRow;
}

export class OlderBackups {
  readonly #spool: Spool;
  readonly #versions: OlderVersions;
  /** By backup ID: those that are to be downloaded, as they were found last. */
  #missing: ReadonlyMap<string, BackupVersion> = new Map();

  constructor(spool: Spool, homeserver: Pick<Homeserver, "getBackupVersion">) {
    this.#spool = spool;
    this.#versions = new OlderVersions(homeserver);
  }

  /** What the homeserver said of one that is to be downloaded. */
  told(backupId: string): BackupVersion | undefined {
    return this.#missing.get(backupId);
  }

  /** Gives each that is found a row. @param current the account's present backup @returns those that are to be downloaded */
  async find(current: BackupVersion | null, signal: AbortSignal): Promise<readonly OlderBackup[]> {
    const look = await this.#versions.find(current, await this.#spool.getBackups(), signal);
    await this.#close(look, current);
    const missing: OlderBackup[] = [];
    for (const backup of look.found.filter(isOpenable)) {
      const row = await this.#rowOf(backup);
      if (!isKnownAsItIs(row, backup)) missing.push({ backup, row });
    }
    this.#missing = new Map(missing.map(({ backup, row }) => [row.backupId, backup]));
    return missing;
  }

  /** To log out leaves on the homeserver what is there: only what waits here for its import is to be looked for. */
  async lookBefore(
    occasion: AssessedOccasion,
    current: BackupVersion | null,
    rows: readonly BackupRow[],
    signal: AbortSignal,
  ): Promise<FoundVersions> {
    if (occasion === "reset") return this.#versions.find(current, rows, signal, "all");
    return this.#versions.find(current, rows.filter(hasSpooled), signal, "remembered");
  }

  /** One that is broken stays so: it need not be downloaded at each look. @returns the cause */
  async noted(backupId: string, cause: unknown): Promise<unknown> {
    const backup = this.told(backupId);
    if (backup && isFault(cause, "malformed-response"))
      await this.#spool.markMalformed(backupId, backup.etag).catch(() => {});
    return cause;
  }

  /** Of what the homeserver has no more there is no more to come. Rows of which there is nothing to tell go, with their decryption keys. */
  async #close({ found, gone }: FoundVersions, current: BackupVersion | null): Promise<void> {
    const others = current ? [...found, current] : found;
    const isGone = (row: BackupRow) =>
      gone.includes(row.backup.version) || others.some((other) => isInPlaceOf(other, row));
    const rows = (await this.#spool.getBackups()).filter((row) => row.replaced && isGone(row));
    for (const row of rows) {
      const after = row.older ? await this.#spool.markOlder(row.backupId, false) : row;
      if (!hasMoreToTell(after)) await this.#spool.deleteBackup(row.backupId);
    }
  }

  async #rowOf(backup: DescribedBackup): Promise<BackupRow> {
    const known = await this.#spool.findBackup(backup.version, backup.publicKey);
    const row = known ?? (await this.#spool.addBackup(infoOf(backup), backup.publicKey, true));
    if (backup.passphrase) await this.#spool.keepPassphrase(row.backupId, backup.passphrase);
    return row.older ? row : this.#spool.markOlder(row.backupId, true);
  }
}

/** It has keys, and it is known which decryption key opens it. */
function isOpenable(backup: BackupVersion): backup is DescribedBackup {
  return backup.algorithm === SUPPORTED_ALGORITHM && backup.publicKey !== null && backup.count > 0;
}

/** All that is to be had of it is here, or it is known to be broken. */
function isKnownAsItIs({ whole, backup, malformed }: BackupRow, { etag }: BackupVersion): boolean {
  return malformed === etag || (whole && backup.etag === etag);
}

/** The version of that row is another backup now. */
function isInPlaceOf({ version, publicKey }: BackupVersion, row: BackupRow): boolean {
  return version === row.backup.version && publicKey !== null && publicKey !== row.publicKey;
}
