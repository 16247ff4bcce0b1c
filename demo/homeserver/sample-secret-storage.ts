/** Secret storage (4S) with the backup decryption key in it, opened by a recovery key. */
import { randomBytes } from "node:crypto";
import { encodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/recovery-key.js";
import { calculateKeyCheck } from "matrix-js-sdk/lib/secret-storage.js";
import encryptAESSecretStorageItem from "matrix-js-sdk/lib/utils/encryptAESSecretStorageItem.js";
import type { AccountData } from "./account-data.js";

const KEY_ID = "sample";
const BACKUP_SECRET = "m.megolm_backup.v1";

/** @param decryptionKey base64 @returns the recovery key */
export async function storeDecryptionKey(data: AccountData, userId: string, decryptionKey: string): Promise<string> {
  const key = new Uint8Array(randomBytes(32));
  const algorithm = "m.secret_storage.v1.aes-hmac-sha2";
  const { iv, mac } = await calculateKeyCheck(key);
  const encrypted = await encryptAESSecretStorageItem(decryptionKey, key, BACKUP_SECRET);
  data.set(userId, `m.secret_storage.key.${KEY_ID}`, { algorithm, name: "Sample recovery key", iv, mac });
  data.set(userId, "m.secret_storage.default_key", { key: KEY_ID });
  data.set(userId, BACKUP_SECRET, { encrypted: { [KEY_ID]: { ...encrypted } } });
  const recoveryKey = encodeRecoveryKey(key);
  if (!recoveryKey) throw new Error("The recovery key cannot be encoded");
  return recoveryKey;
}
