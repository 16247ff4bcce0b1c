/**
 * Opens the backup's decryption key that is kept in the account's secret storage, by the recovery key or the passphrase of that. It
 * knows nothing of where the data is read, or of the backup.
 * @see https://spec.matrix.org/v1.16/client-server-api/#msecret_storagev1aes-hmac-sha2
 */
import type { SecretStorageKeyDescription, StoredBackupKey } from "./stored-backup-key.js";

const SECRET_NAME = "m.megolm_backup.v1";
const ALGORITHM = "m.secret_storage.v1.aes-hmac-sha2";
const KEY_BITS = 256;
/** Against data that would keep the device busy for hours. Clients take 500,000. */
const MOST_ITERATIONS = 10_000_000;

const encoder = new TextEncoder();

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The backup's decryption key (32 bytes), `null` if it was encrypted by another storage key, or in a way that is not known here.
 * @param storageKey the bytes of a recovery key, or what {@link keyFromPassphrase} gave
 */
export async function openBackupKey(
  { description, secret }: StoredBackupKey,
  storageKey: Bytes,
): Promise<Bytes | null> {
  const iv = fromBase64(secret.iv);
  const ciphertext = fromBase64(secret.ciphertext);
  const mac = fromBase64(secret.mac);
  if (description.algorithm !== ALGORITHM || iv?.length !== 16 || !ciphertext || !mac) return null;
  const keys = await deriveKeys(storageKey);
  if (!(await crypto.subtle.verify("HMAC", keys.mac, mac, ciphertext))) return null;
  const plaintext = await crypto.subtle.decrypt({ name: "AES-CTR", counter: iv, length: 64 }, keys.cipher, ciphertext);
  return fromBase64(new TextDecoder().decode(plaintext));
}

/** The storage key that this passphrase gives, `null` if it was not made from a passphrase, or in a way that is not known here. */
export async function keyFromPassphrase(
  { passphrase: description }: SecretStorageKeyDescription,
  passphrase: string,
): Promise<Bytes | null> {
  if (description?.algorithm !== "m.pbkdf2") return null;
  const { salt, iterations, bits = KEY_BITS } = description;
  if (bits !== KEY_BITS || iterations < 1 || iterations > MOST_ITERATIONS) return null;
  const secret = await crypto.subtle.importKey("raw", encoder.encode(passphrase), "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-512", salt: encoder.encode(salt), iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, secret, bits));
}

async function deriveKeys(storageKey: Bytes): Promise<{ cipher: CryptoKey; mac: CryptoKey }> {
  const secret = await crypto.subtle.importKey("raw", storageKey, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: encoder.encode(SECRET_NAME) };
  const bits = await crypto.subtle.deriveBits(parameters, secret, 2 * KEY_BITS);
  return {
    cipher: await crypto.subtle.importKey("raw", bits.slice(0, 32), "AES-CTR", false, ["decrypt"]),
    mac: await crypto.subtle.importKey("raw", bits.slice(32), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]),
  };
}

function fromBase64(text: string): Bytes | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
