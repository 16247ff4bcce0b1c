/** From the decryption key that was kept of a backup to a decryptor. */
import { isFault } from "../errors.js";
import type { BackupRow } from "./backup-row.js";
import { Decryptor } from "./decryptor.js";
import type { Spool } from "./spool.js";

/** `null` if none was kept, or one that is of another backup: at the time the client may have had no other. */
export async function keptDecryptor(spool: Spool, row: BackupRow): Promise<Decryptor | null> {
  const key = await spool.keptKey(row);
  return key && decryptorIfIts(key, row.publicKey);
}

/** `null` if it is the key of another backup. */
async function decryptorIfIts(key: Uint8Array, publicKey: string): Promise<Decryptor | null> {
  try {
    return await Decryptor.open(key, publicKey);
  } catch (cause) {
    if (isFault(cause, "decryption-key-mismatch")) return null;
    throw cause;
  }
}

/** Its decryption key was kept. */
export async function isReadable(spool: Spool, row: BackupRow): Promise<boolean> {
  const key = await spool.keptKey(row);
  return key !== null && opens(key, row.publicKey);
}

/** It is the key of this backup. */
export async function opens(key: Uint8Array, publicKey: string): Promise<boolean> {
  const decryptor = await decryptorIfIts(key, publicKey);
  decryptor?.close();
  return decryptor !== null;
}
