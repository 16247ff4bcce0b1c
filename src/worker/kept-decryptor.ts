/** From the decryption keys that are known for the backups of a version to a decryptor of one of them. */
import { isFault } from "../errors.js";
import { type BackupRow, beginningOf } from "./backup-row.js";
import { Decryptor, type RoomKeyDecryptor } from "./decryptor.js";
import { SegmentReader } from "./segment-reader.js";
import { SeveralDecryptors } from "./several-decryptors.js";
import type { Spool } from "./spool.js";

/**
 * Tries the key of this backup first, wherever it was kept: a client may have taken it for the key of another version. Then it tries the keys
 * of other backups of the same version. They alone open only a backup that was replaced, and only if they decrypt all that waits in it: the
 * homeserver told a wrong public key for it. No key may count as undecryptable because the right decryption key is not known yet.
 *
 * @param given what the client takes for the decryption key, `null` if it knows none
 * @returns `null` if the backup cannot be opened
 */
export async function keptDecryptor(
  spool: Spool,
  row: BackupRow,
  given: Uint8Array | null = null,
): Promise<RoomKeyDecryptor | null> {
  const known = await knownDecryptors(spool, row, given);
  const own = known.filter(({ publicKey }) => publicKey === row.publicKey);
  const others = known.filter((decryptor) => !own.includes(decryptor));
  const all = new SeveralDecryptors([...own, ...others]);
  if (own.length > 0 || (others.length > 0 && row.replaced && (await decryptsAll(spool, row, all)))) return all;
  all.close();
  return null;
}

/** One for each key that may open it. */
async function knownDecryptors(spool: Spool, row: BackupRow, given: Uint8Array | null): Promise<Decryptor[]> {
  const rows = await spool.getBackups();
  const isOfVersion = ({ backup }: BackupRow) => backup.version === row.backup.version;
  const ofVersion = [...(given ? [given] : []), ...(await keysOf(spool, rows.filter(isOfVersion)))];
  const ofOthers = await keysOf(
    spool,
    rows.filter((other) => !isOfVersion(other)),
  );
  const known = new Map<string, Decryptor>();
  for (const [index, key] of [...ofVersion, ...ofOthers].entries()) {
    const decryptor = await decryptorOf(key);
    if (!decryptor) continue;
    const mayOpen = index < ofVersion.length || decryptor.publicKey === row.publicKey;
    if (!mayOpen || known.has(decryptor.publicKey)) decryptor.close();
    else known.set(decryptor.publicKey, decryptor);
  }
  return [...known.values()];
}

async function keysOf(spool: Spool, rows: readonly BackupRow[]): Promise<Uint8Array[]> {
  return (await Promise.all(rows.map((row) => spool.keptKeys(row)))).flat();
}

/** Of what is spooled and not settled. */
async function decryptsAll(spool: Spool, row: BackupRow, decryptor: RoomKeyDecryptor): Promise<boolean> {
  let decrypted = 0;
  for (const [segment, { settled }] of row.segments.entries()) {
    if (settled) continue;
    const from = segment === row.cursor.segment ? row.cursor : beginningOf(segment);
    const reader = new SegmentReader(spool, row.backupId, from);
    for (let session = await reader.next(); session; session = await reader.next()) {
      const result = decryptor.decrypt(session);
      if (result === "undecryptable") return false;
      if (result !== "malformed") decrypted++;
    }
  }
  return decrypted > 0;
}

/** `null` if it is no key. */
async function decryptorOf(key: Uint8Array): Promise<Decryptor | null> {
  try {
    return await Decryptor.of(key);
  } catch (cause) {
    if (isFault(cause, "decryption-key-mismatch")) return null;
    throw cause;
  }
}

/** A decryption key that opens it was kept. */
export async function isReadable(spool: Spool, row: BackupRow): Promise<boolean> {
  const decryptor = await keptDecryptor(spool, row);
  decryptor?.close();
  return decryptor !== null;
}

/** It is the key of this backup. */
export async function opens(key: Uint8Array, publicKey: string): Promise<boolean> {
  const decryptor = await decryptorOf(key);
  const isIt = decryptor?.publicKey === publicKey.replace(/=+$/, "");
  decryptor?.close();
  return isIt;
}

/** Keeps the key with this backup, beside those that are kept with it, if it is not one of them. */
export async function keepKeyOnce(spool: Spool, row: BackupRow, key: Uint8Array): Promise<void> {
  const kept = await spool.keptKeys(row);
  if (!kept.some((known) => isSame(known, key))) await spool.keepKey(row.backupId, key);
}

/** Keeps the key with every backup that it opens. */
export async function keepKeyOfAll(spool: Spool, key: Uint8Array): Promise<void> {
  for (const row of await spool.getBackups()) if (await opens(key, row.publicKey)) await keepKeyOnce(spool, row, key);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
