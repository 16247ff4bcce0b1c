/**
 * The decryption key of a spooled backup, kept as long as anything is kept of that backup: a reset replaces the one in the crypto store. It
 * is sealed by an AES-GCM key that nobody can read out, not even this page.
 */
import type { Tables } from "./tables.js";

export interface SealedKey {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly data: ArrayBuffer;
}

type SealingKeys = Pick<Tables, "getSealingKey" | "keepSealingKey">;

const ALGORITHM = "AES-GCM";
const IV_BYTES = 12;

function makeSealingKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, ["encrypt", "decrypt"]);
}

/** `null` where the browser stores no CryptoKey, as in private windows of some browsers. */
export async function sealingKeyIn(tables: SealingKeys): Promise<CryptoKey | null> {
  try {
    return (await tables.getSealingKey()) ?? (await tables.keepSealingKey(await makeSealingKey()));
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "DataCloneError") return null;
    throw cause;
  }
}

export async function seal(sealingKey: CryptoKey, key: Uint8Array): Promise<SealedKey> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { iv, data: await crypto.subtle.encrypt({ name: ALGORITHM, iv }, sealingKey, new Uint8Array(key)) };
}

/** `null` if it was sealed by another key. */
export async function unseal(sealingKey: CryptoKey, { iv, data }: SealedKey): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: ALGORITHM, iv }, sealingKey, data));
  } catch {
    return null;
  }
}
