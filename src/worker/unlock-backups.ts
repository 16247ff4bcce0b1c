/** Tries what the user entered on every backup that is kept and locked: with what is kept first, then with the account data of now. */
import { isFault, KeyBackupSyncError } from "../errors.js";
import type { Unlocked } from "../protocol.js";
import { type BackupRow, isSettled } from "./backup-row.js";
import { isReadable, keepKeyOnce } from "./kept-decryptor.js";
import { backupKeyFrom } from "./rescue/backup-key.js";
import { EnteredKey } from "./rescue/entered-key.js";
import type { FoundStoredKeys } from "./rescue/find-stored-keys.js";
import type { StoredBackupKey } from "./rescue/stored-backup-key.js";
import type { Spool } from "./spool.js";

/** A backup that is still locked, and why. */
interface StillLocked {
  readonly row: BackupRow;
  readonly cause: unknown;
}

/**
 * Opens what it can.
 * @param find reads the account data
 * @param signal nothing is kept any more once it is aborted
 * @throws KeyBackupSyncError if it opens none: see `backupKeyFrom`; `recovery-key-unchecked` if the account data cannot be read now, or
 *   `unauthorized`
 */
export async function unlockBackups(
  spool: Spool,
  text: string,
  find: () => Promise<FoundStoredKeys>,
  signal: AbortSignal,
): Promise<Unlocked> {
  const keep = async (row: BackupRow, key: Uint8Array) => {
    signal.throwIfAborted();
    await keepKeyOnce(spool, row, key);
  };
  const entered = new EnteredKey(text);
  const rows = (await spool.getBackups()).filter((row) => !isSettled(row));
  if (rows.length === 0) throw new KeyBackupSyncError("decryption-key-mismatch");
  const locked: BackupRow[] = [];
  for (const row of rows) if (!(await isReadable(spool, row))) locked.push(row);
  const first = await tryEach(locked, entered, [], keep);
  if (first.length === 0) return { isUnchecked: false };
  const found = await find();
  const left = await tryEach(
    first.map(({ row }) => row),
    entered,
    found.keys,
    keep,
  );
  signal.throwIfAborted();
  if (left.length === 0) return { isUnchecked: false };
  const isUnchecked = isOpen(found, entered);
  if (left.length < locked.length) return { isUnchecked };
  const { cause } = left.findLast(({ row }) => !row.replaced) ?? (left.at(-1) as StillLocked);
  if (!isUnchecked || isFault(cause, "stored-backup-key-mismatch")) throw cause;
  throw asUnchecked(found.error);
}

/** @returns those that it does not open */
async function tryEach(
  rows: readonly BackupRow[],
  entered: EnteredKey,
  now: readonly StoredBackupKey[],
  keep: (row: BackupRow, key: Uint8Array) => Promise<void>,
): Promise<StillLocked[]> {
  const left: StillLocked[] = [];
  for (const row of rows) {
    try {
      const { publicKey, storedKeys, passphrase = null } = row;
      const key = await backupKeyFrom(entered, { publicKey, secretStorage: [...storedKeys, ...now], passphrase });
      await keep(row, key);
    } catch (cause) {
      left.push({ row, cause });
    }
  }
  return left;
}

/** Whether what could not be read might open it: a recovery key needs the secrets alone, a passphrase all descriptions. */
function isOpen({ error, hasReadSecrets }: FoundStoredKeys, { recoveryKey }: EnteredKey): boolean {
  return error !== null && !(recoveryKey && hasReadSecrets);
}

function asUnchecked(error: KeyBackupSyncError | null): KeyBackupSyncError {
  if (error?.code === "unauthorized") return error;
  return new KeyBackupSyncError("recovery-key-unchecked", { cause: error, retryAfterMs: error?.retryAfterMs ?? null });
}
