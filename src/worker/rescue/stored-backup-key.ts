/**
 * The backup's decryption key as most accounts keep it: in the account data, encrypted by the key of the account's secret storage.
 * Shapes only, and how they are found; to open it is the work of secret-storage.ts.
 * @see https://spec.matrix.org/v1.16/client-server-api/#secret-storage
 */
const SECRET_TYPE = "m.megolm_backup.v1";
/** Of secret storage. An account has one, or two while it changes. */
const MOST_KEYS = 16;

/** One key of the secret storage, and the decryption key encrypted by it. Without that key it tells nothing. */
export interface StoredBackupKey {
  readonly keyId: string;
  /** Content of the account data `m.secret_storage.key.{keyId}`. */
  readonly description: SecretStorageKeyDescription;
  /** `encrypted[keyId]` in the content of the account data `m.megolm_backup.v1`. */
  readonly secret: EncryptedSecret;
}

export interface SecretStorageKeyDescription {
  readonly algorithm: string;
  /** How a passphrase gives this key, if it was made from one. */
  readonly passphrase?: PassphraseDescription;
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

/**
 * Looks it up in the account data.
 * @param getContent of the account data of that type, `null` if there is none
 */
export async function findStoredBackupKeys(
  getContent: (type: string) => Promise<unknown>,
): Promise<readonly StoredBackupKey[]> {
  const content = await getContent(SECRET_TYPE);
  const encrypted = isObject(content) && isObject(content.encrypted) ? content.encrypted : {};
  const found = Object.entries(encrypted)
    .slice(0, MOST_KEYS)
    .map(async ([keyId, secret]) => ({
      keyId,
      description: await getContent(`m.secret_storage.key.${keyId}`),
      secret,
    }));
  return (await Promise.all(found)).filter(isStoredBackupKey);
}

export function isStoredBackupKey(value: unknown): value is StoredBackupKey {
  return (
    isObject(value) && typeof value.keyId === "string" && isDescription(value.description) && isSecret(value.secret)
  );
}

function isDescription(value: unknown): value is SecretStorageKeyDescription {
  if (!isObject(value) || typeof value.algorithm !== "string") return false;
  return value.passphrase === undefined || isPassphraseDescription(value.passphrase);
}

function isPassphraseDescription(value: unknown): value is PassphraseDescription {
  return (
    isObject(value) &&
    areStrings(value, "algorithm", "salt") &&
    Number.isSafeInteger(value.iterations) &&
    (value.bits === undefined || Number.isSafeInteger(value.bits))
  );
}

function isSecret(value: unknown): value is EncryptedSecret {
  return isObject(value) && areStrings(value, "iv", "ciphertext", "mac");
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}

function areStrings(value: Members, ...names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === "string");
}
