/** From what the user entered to the decryption key of a backup, in each way in which an account may keep it. */
import { type ErrorCode, KeyBackupSyncError } from "../../errors.js";
import { opens } from "../kept-decryptor.js";
import { EnteredKey } from "./entered-key.js";
import { decryptSecret, isDescribed, parseBackupKey } from "./secret-storage.js";
import type { PassphraseDescription, StoredBackupKey } from "./stored-backup-key.js";

type Key = Uint8Array<ArrayBuffer>;

/** Of which backup, and what is known of its key. */
export interface LockedBackup {
  readonly publicKey: string;
  readonly secretStorage: readonly StoredBackupKey[];
  /** How a passphrase gives the decryption key itself, as early clients made it: `auth_data.private_key_salt` and its kin. */
  readonly passphrase?: PassphraseDescription | null;
}

/**
 * @param entered the recovery key of the backup or of the account's secret storage, or the passphrase that either was made from
 * @throws KeyBackupSyncError `recovery-key-invalid` if it is no recovery key and there is no passphrase; `decryption-key-mismatch` if it
 *   is the key of something else; `backup-key-not-stored` if it opens the secret storage, which has no backup key; or
 *   `stored-backup-key-mismatch` if the secret storage has the key of another backup
 */
export async function backupKeyFrom(entered: EnteredKey | string, locked: LockedBackup): Promise<Key> {
  const key = typeof entered === "string" ? new EnteredKey(entered) : entered;
  if (!key.recoveryKey && !hasPassphrase(locked)) throw new KeyBackupSyncError("recovery-key-invalid");
  let code: ErrorCode = "decryption-key-mismatch";
  for await (const candidate of candidateKeys(key, locked)) {
    if (await opens(candidate, locked.publicKey)) return candidate;
    const found = await openStored(candidate, locked);
    if (found instanceof Uint8Array) return found;
    if (found !== "decryption-key-mismatch" && code !== "stored-backup-key-mismatch") code = found;
  }
  throw new KeyBackupSyncError(code);
}

function hasPassphrase({ passphrase, secretStorage }: LockedBackup): boolean {
  return Boolean(passphrase) || secretStorage.some(({ description }) => description?.passphrase);
}

/** What may be the decryption key, or the key of the secret storage. */
async function* candidateKeys(
  entered: EnteredKey,
  { passphrase, secretStorage }: LockedBackup,
): AsyncGenerator<Key, void, undefined> {
  if (entered.recoveryKey) return yield entered.recoveryKey;
  const all = [passphrase, ...secretStorage.map(({ description }) => description?.passphrase)];
  // The cheapest first: one that asks for as much as it may leaves nothing for others.
  const described = all.filter((it) => it !== null && it !== undefined).sort((a, b) => a.iterations - b.iterations);
  for (const description of described) yield* await entered.keysBy(description);
}

/** The decryption key, or why this storage key does not give it. */
async function openStored(storageKey: Key, { publicKey, secretStorage }: LockedBackup): Promise<Key | ErrorCode> {
  let code: ErrorCode = "decryption-key-mismatch";
  for (const { description, secret } of secretStorage) {
    const text = secret && (await decryptSecret(secret, storageKey));
    const key = text === null ? null : parseBackupKey(text);
    if (key && (await opens(key, publicKey))) return key;
    if (key) code = "stored-backup-key-mismatch";
    const isRight = text !== null || (description && (await isDescribed(description, storageKey)));
    if (isRight && code === "decryption-key-mismatch") code = "backup-key-not-stored";
  }
  return code;
}
