/**
 * Decrypts the backup's decryption key that is kept in the account's secret storage, by the recovery key or the passphrase of that. It
 * knows nothing of where the data is read, or of the backup.
 * @see https://spec.matrix.org/v1.16/client-server-api/#msecret_storagev1aes-hmac-sha2
 */
import type { EncryptedSecret, PassphraseDescription, SecretStorageKeyDescription } from "./stored-backup-key.js";

const SECRET_NAME = "m.megolm_backup.v1";
const COUNTER_BYTES = 16;
const KEY_BITS = 256;
const KEY_BYTES = 32;
/** Against data that would keep the device busy for hours. Clients take 500,000. */
const MOST_ITERATIONS = 10_000_000;

const encoder = new TextEncoder();

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The text of the secret, `null` if another storage key encrypted it, or an unknown algorithm.
 * @param storageKey the bytes of a recovery key, or what {@link keyFromPassphrase} gave
 */
export async function decryptSecret(secret: EncryptedSecret, storageKey: Bytes): Promise<string | null> {
  const counter = counterFrom(secret.iv);
  const ciphertext = fromBase64(secret.ciphertext);
  const mac = fromBase64(secret.mac);
  if (!counter || !ciphertext || !mac) return null;
  const keys = await deriveKeys(storageKey, SECRET_NAME);
  if (!(await crypto.subtle.verify("HMAC", keys.mac, mac, ciphertext))) return null;
  const plaintext = await crypto.subtle.decrypt({ name: "AES-CTR", counter, length: 64 }, keys.cipher, ciphertext);
  return new TextDecoder().decode(plaintext);
}

/**
 * Whether this is the storage key that is described: the `mac` is that of 32 zero bytes. False if the description does not tell.
 * @see https://spec.matrix.org/v1.16/client-server-api/#key-storage
 */
export async function isDescribed({ iv, mac }: SecretStorageKeyDescription, storageKey: Bytes): Promise<boolean> {
  const [counter, code] = [counterFrom(iv ?? ""), fromBase64(mac ?? "")];
  if (!counter || !code) return false;
  const keys = await deriveKeys(storageKey, "");
  const zeros = new Uint8Array(KEY_BYTES);
  const ciphertext = await crypto.subtle.encrypt({ name: "AES-CTR", counter, length: 64 }, keys.cipher, zeros);
  return crypto.subtle.verify("HMAC", keys.mac, code, ciphertext);
}

/** 16 bytes. Nheko writes 32, of which it uses the first 16: https://github.com/Nheko-Reborn/mtxclient/issues/110. `null` if there are fewer. */
function counterFrom(iv: string): Bytes | null {
  const bytes = fromBase64(iv);
  return bytes && bytes.length >= COUNTER_BYTES ? bytes.slice(0, COUNTER_BYTES) : null;
}

/**
 * The decryption key in a secret: base64, or 32 integers with commas between them, as early versions of matrix-js-sdk stored it.
 * @returns 32 bytes, `null` if it is no key
 */
export function parseBackupKey(secret: string): Bytes | null {
  const bytes = secret.includes(",") ? fromIntegers(secret) : fromBase64(secret);
  return bytes?.length === KEY_BYTES ? bytes : null;
}

/** The key that this passphrase gives, `null` if the description asks for an unknown algorithm, length, or far too many rounds. */
export async function keyFromPassphrase(
  { algorithm, salt, iterations, bits = KEY_BITS }: PassphraseDescription,
  passphrase: string,
): Promise<Bytes | null> {
  if (algorithm !== "m.pbkdf2" || bits !== KEY_BITS || iterations < 1 || iterations > MOST_ITERATIONS) return null;
  const secret = await crypto.subtle.importKey("raw", encoder.encode(passphrase), "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-512", salt: encoder.encode(salt), iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, secret, bits));
}

async function deriveKeys(storageKey: Bytes, name: string): Promise<{ cipher: CryptoKey; mac: CryptoKey }> {
  const secret = await crypto.subtle.importKey("raw", storageKey, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: encoder.encode(name) };
  const bits = await crypto.subtle.deriveBits(parameters, secret, 2 * KEY_BITS);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  return {
    cipher: await crypto.subtle.importKey("raw", bits.slice(0, 32), "AES-CTR", false, ["encrypt", "decrypt"]),
    mac: await crypto.subtle.importKey("raw", bits.slice(32), hmac, false, ["verify"]),
  };
}

function fromIntegers(text: string): Bytes | null {
  const parts = text.split(",").map((part) => part.trim());
  const areBytes = parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
  return areBytes ? Uint8Array.from(parts, Number) : null;
}

function fromBase64(text: string): Bytes | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
