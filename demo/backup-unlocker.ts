/** From the recovery key that a person types to the backup decryption key in the crypto store; and to new ones of both. */
import { BackupDecryptionKey } from "@matrix-org/matrix-sdk-crypto-wasm";
import type { MatrixClient } from "matrix-js-sdk";
import { encodeUnpaddedBase64 } from "matrix-js-sdk/lib/base64.js";
import { type CryptoCallbacks, decodeRecoveryKey, type KeyBackupInfo } from "matrix-js-sdk/lib/crypto-api/index.js";

const BACKUP_SECRET = "m.megolm_backup.v1";
const WRONG_KEY = "This is not the recovery key of this account.";

export class BackupUnlocker {
  #recoveryKey: Uint8Array<ArrayBuffer> | null = null;

  /** For the client: how it gets at the secret storage while `unlock` or `reset` runs. */
  readonly callbacks: CryptoCallbacks = {
    getSecretStorageKey: async ({ keys }) => {
      const [keyId] = Object.keys(keys);
      return this.#recoveryKey && keyId !== undefined ? [keyId, this.#recoveryKey] : null;
    },
  };

  /** @throws Error with a message for the person */
  async unlock(client: MatrixClient, recoveryKey: string): Promise<void> {
    this.#recoveryKey = decode(recoveryKey);
    try {
      await loadDecryptionKey(client, this.#recoveryKey);
    } finally {
      this.#recoveryKey = null;
    }
  }

  /**
   * Makes a new backup in place of the present one.
   * @returns its recovery key
   * @throws KeyBackupSyncError `reset-declined`
   */
  async reset(client: MatrixClient): Promise<string> {
    const crypto = client.getCrypto();
    const created = await crypto?.createRecoveryKeyFromPassphrase();
    if (!crypto || !created?.encodedPrivateKey) throw new Error("No recovery key can be made.");
    const createSecretStorageKey = async () => {
      this.#recoveryKey = created.privateKey;
      return created;
    };
    try {
      await crypto.bootstrapSecretStorage({
        setupNewSecretStorage: true,
        setupNewKeyBackup: true,
        createSecretStorageKey,
      });
    } finally {
      this.#recoveryKey = null;
    }
    return created.encodedPrivateKey;
  }
}

async function loadDecryptionKey(client: MatrixClient, key: Uint8Array<ArrayBuffer>): Promise<void> {
  const crypto = client.getCrypto();
  const backup = await crypto?.getKeyBackupInfo();
  if (!crypto || !backup?.version) throw new Error("This account has no key backup.");
  const storedUnder = await client.secretStorage.isStored(BACKUP_SECRET);
  if (storedUnder === null) {
    // No secret storage: then the recovery key is the decryption key itself.
    if (!isDecryptionKeyOf(backup, key)) throw new Error(WRONG_KEY);
    await crypto.storeSessionBackupPrivateKey(key, backup.version);
  } else {
    const [descriptor] = Object.values(storedUnder);
    const isRight = descriptor !== undefined && (await client.secretStorage.checkKey(key, descriptor));
    if (!isRight) throw new Error(WRONG_KEY);
    await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
  }
  await crypto.checkKeyBackupAndEnable();
}

function isDecryptionKeyOf({ auth_data }: KeyBackupInfo, key: Uint8Array<ArrayBuffer>): boolean {
  const { publicKeyBase64 } = BackupDecryptionKey.fromBase64(encodeUnpaddedBase64(key)).megolmV1PublicKey;
  return "public_key" in auth_data && auth_data.public_key === publicKeyBase64;
}

function decode(recoveryKey: string): Uint8Array<ArrayBuffer> {
  try {
    return decodeRecoveryKey(recoveryKey);
  } catch {
    throw new Error("This is not a recovery key: it has twelve groups of four letters and digits.");
  }
}
