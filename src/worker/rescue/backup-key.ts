/** From what the person typed to the decryption key of a backup, in each way in which an account may keep it. */
import { KeyBackupSyncError } from "../../errors.js";
import { opens } from "../kept-decryptor.js";
import { decodeRecoveryKey } from "./recovery-key.js";
import { keyFromPassphrase, openBackupKey } from "./secret-storage.js";
import type { StoredBackupKey } from "./stored-backup-key.js";

type Key = Uint8Array<ArrayBuffer>;

/** Of which backup, and what is known of its key. */
export interface LockedBackup {
  readonly publicKey: string;
  readonly secretStorage: readonly StoredBackupKey[];
}

/**
 * @param typed the recovery key of the backup or of the account's secret storage, or the passphrase that the latter was made from
 * @throws KeyBackupSyncError `recovery-key-invalid` if it is no recovery key and there is no passphrase, or `decryption-key-mismatch`
 *   if it does not open this backup
 */
export async function backupKeyFrom(typed: string, { publicKey, secretStorage }: LockedBackup): Promise<Key> {
  for await (const key of keysFrom(typed, secretStorage)) if (await opens(key, publicKey)) return key;
  throw new KeyBackupSyncError("decryption-key-mismatch");
}

/** What may be the backup's decryption key, the cheapest to try first. */
async function* keysFrom(typed: string, storedKeys: readonly StoredBackupKey[]): AsyncGenerator<Key, void, undefined> {
  const withPassphrase = storedKeys.filter(({ description }) => description.passphrase);
  const recoveryKey = withPassphrase.length > 0 ? recoveryKeyIn(typed) : decodeRecoveryKey(typed);
  if (recoveryKey) yield recoveryKey;
  for (const stored of recoveryKey ? storedKeys : withPassphrase) {
    const storageKey = recoveryKey ?? (await keyFromPassphrase(stored.description, typed));
    const key = storageKey && (await openBackupKey(stored, storageKey));
    if (key) yield key;
  }
}

/** `null` if it is none: it may be a passphrase. */
function recoveryKeyIn(typed: string): Key | null {
  try {
    return decodeRecoveryKey(typed);
  } catch {
    return null;
  }
}
