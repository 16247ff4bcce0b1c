/** Which of the stored decryption keys go into the header of an archive: each one once, named members only, and of bounded length. */
import { parseStoredBackupKey, type StoredBackupKey } from "./stored-backup-key.js";

/** An account has one or two keys of the secret storage; twice as many as are looked up. */
const MOST_KEYS = 32;
/** Characters of each text in a stored key: all of those that clients write are shorter than 100. */
const LONGEST_TEXT = 1024;

/** @param storedKeys as the account has them or had them, the most useful first: what is too much is dropped from the end */
export function headerKeys(storedKeys: readonly StoredBackupKey[]): readonly StoredBackupKey[] {
  const byText = new Map<string, StoredBackupKey>();
  for (const stored of storedKeys) {
    const named = parseStoredBackupKey(stored);
    if (named && isShort(named)) byText.set(JSON.stringify(named), named);
  }
  return [...byText.values()].slice(0, MOST_KEYS);
}

function isShort(value: unknown): boolean {
  if (typeof value === "string") return value.length <= LONGEST_TEXT;
  return typeof value !== "object" || value === null || Object.values(value).every(isShort);
}
