/** One function, for an OlmMachine of whatever copy of crypto-wasm: it asks nobody, so nothing can break off in between. */

/** What is called of an OlmMachine. */
export interface BackingUpMachine {
  getBackupKeys(): Promise<BackupKeysLike>;
  disableBackup(): Promise<void>;
  enableBackupV1(publicKey: string, version: string): Promise<void>;
}

interface BackupKeysLike {
  readonly decryptionKey: DecryptionKeyLike | undefined;
  readonly backupVersion: string | undefined;
  free(): void;
}

interface DecryptionKeyLike {
  readonly megolmV1PublicKey: { readonly publicKeyBase64: string };
  free(): void;
}

/**
 * Has it take no room key to be in its backup any more: the backup stays the same.
 * @param version of the backup that it uploads to; left out: of the one that it has the decryption key of
 * @returns false, and nothing is changed, if it has not the decryption key of that
 */
export async function backUpAgain(machine: BackingUpMachine, version?: string): Promise<boolean> {
  const keys = await machine.getBackupKeys();
  const { decryptionKey, backupVersion } = keys;
  const publicKey = decryptionKey?.megolmV1PublicKey.publicKeyBase64;
  decryptionKey?.free();
  keys.free();
  if (publicKey === undefined || backupVersion === undefined) return false;
  if (version !== undefined && version !== backupVersion) return false;
  await machine.disableBackup();
  await machine.enableBackupV1(publicKey, backupVersion);
  return true;
}
