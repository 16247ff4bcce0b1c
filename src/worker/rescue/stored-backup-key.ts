/**
 * The backup's decryption key as most accounts keep it: in the account data, encrypted by the key of the account's secret storage.
 * Shapes, and how they are read from JSON; secret-storage.ts decrypts.
 * @see https://spec.matrix.org/v1.16/client-server-api/#secret-storage
 */

/**
 * One key of the secret storage, and the backup's decryption key encrypted by it. Without the storage key nothing can be decrypted. At
 * least one of `description` and `secret` is there.
 */
export interface StoredBackupKey {
  readonly keyId: string;
  /** Content of the account data `m.secret_storage.key.{keyId}`; `null` if it is missing or damaged: a recovery key needs none. */
  readonly description: SecretStorageKeyDescription | null;
  /** `encrypted[keyId]` in the content of the account data `m.megolm_backup.v1`; `null` if nothing is encrypted by this storage key. */
  readonly secret: EncryptedSecret | null;
}

export interface SecretStorageKeyDescription {
  readonly algorithm: string;
  /** How a passphrase gives this key, if it was made from one. */
  readonly passphrase?: PassphraseDescription;
  /** With `mac`: 32 zero bytes encrypted by the key, to tell whether a key is this one. Base64. */
  readonly iv?: string;
  readonly mac?: string;
}

export interface PassphraseDescription {
  readonly algorithm: string;
  readonly salt: string;
  readonly iterations: number;
  /** Of the key: 256 if not given. */
  readonly bits?: number;
}

/** Each is base64. */
export interface EncryptedSecret {
  readonly iv: string;
  readonly ciphertext: string;
  readonly mac: string;
}

type Members = Readonly<Record<string, unknown>>;

/** The named members of one, without those that are damaged; `null` if nothing is left that is of use. */
export function parseStoredBackupKey(value: unknown): StoredBackupKey | null {
  if (!isObject(value) || typeof value.keyId !== "string") return null;
  const [description, secret] = [parseDescription(value.description), parseSecret(value.secret)];
  const isOfUse = secret !== null || Boolean(description?.passphrase ?? description?.mac);
  return isOfUse ? { keyId: value.keyId, description, secret } : null;
}

function parseDescription(value: unknown): SecretStorageKeyDescription | null {
  if (!isObject(value) || typeof value.algorithm !== "string") return null;
  const passphrase = parsePassphrase(value.passphrase);
  const { algorithm, iv, mac } = value;
  const check = typeof iv === "string" && typeof mac === "string" ? { iv, mac } : {};
  return { algorithm, ...(passphrase && { passphrase }), ...check };
}

export function parsePassphrase(value: unknown): PassphraseDescription | null {
  if (!isObject(value)) return null;
  const { algorithm, salt, iterations, bits } = value;
  if (typeof algorithm !== "string" || typeof salt !== "string" || !isCount(iterations)) return null;
  if (bits === undefined || bits === null) return { algorithm, salt, iterations };
  return isCount(bits) ? { algorithm, salt, iterations, bits } : null;
}

function parseSecret(value: unknown): EncryptedSecret | null {
  if (!isObject(value)) return null;
  const { iv, ciphertext, mac } = value;
  if (typeof iv !== "string" || typeof ciphertext !== "string" || typeof mac !== "string") return null;
  return { iv, ciphertext, mac };
}

export function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
