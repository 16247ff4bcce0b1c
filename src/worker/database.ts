/** The one IndexedDB database of a user and device, and what is in it. */
import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPObjectStore, openDB, type StoreNames } from "idb";
import type { Choice, Identity } from "../protocol.js";
import type { BackupRow } from "./backup-row.js";
import { upgradedFrom3 } from "./database-upgrade.js";
import type { ResetNote } from "./reset-note.js";
import { within } from "./within.js";

interface SpoolSchema extends DBSchema {
  /** By backup ID. */
  backups: { key: string; value: BackupRow };
  chunks: { key: [backupId: string, segment: number, chunk: number]; value: Uint8Array };
  ledger: { key: [backupId: string, page: number]; value: Uint8Array };
  /** The latter is a later one: an older library does not ask for it. */
  choice: { key: "choice" | "reset"; value: Choice | ResetNote };
  /** Of the decryption keys in the rows. */
  sealing: { key: "key"; value: CryptoKey };
}

type UpgradedBackups = IDBPObjectStore<SpoolSchema, ArrayLike<StoreNames<SpoolSchema>>, "backups", "versionchange">;

export type SpoolDatabase = IDBPDatabase<SpoolSchema>;

/** Room in the transaction log is enough: losing power may cost the last changes, never the agreement of those before. */
export const RELAXED = { durability: "relaxed" } as const;

/**
 * Milliseconds. In WebKit, a transaction of a worker that was ended in its midst, even with its frame or page, may stay open as long as the
 * browser's process lives, and every later one waits for it.
 */
const PATIENCE = 30_000;

/**
 * @param onClosed called when it is closed without being asked to
 * @throws what IndexedDB rejects with; a `TimeoutError` if nothing can be done with it
 */
export async function openDatabase(identity: Identity, onClosed: () => void): Promise<SpoolDatabase> {
  const database = await openDB<SpoolSchema>(nameOf(identity), 4, {
    async upgrade(database, oldVersion, _newVersion, transaction) {
      if (oldVersion === 3) return upgradeRows(transaction.objectStore("backups"));
      // Versions 1 and 2 were never published.
      for (const name of [...database.objectStoreNames]) database.deleteObjectStore(name);
      for (const name of ["backups", "chunks", "ledger", "choice", "sealing"] as const) {
        database.createObjectStore(name);
      }
    },
    // Another page, or this one, wants to delete it, or has a later version of this library.
    blocking: (_present, _wanted, { target }) => {
      (target as IDBDatabase).close();
      onClosed();
    },
    terminated: onClosed,
  });
  try {
    await within(PATIENCE, allBefore(database), noAnswer);
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/** What was kept may exist nowhere else. */
async function upgradeRows(backups: UpgradedBackups): Promise<void> {
  for (let cursor = await backups.openCursor(); cursor; cursor = await cursor.continue())
    await cursor.update(upgradedFrom3(cursor.key, cursor.value));
}

/** Resolves when it is closed, and every transaction has ended. */
export async function closeDatabase(database: SpoolDatabase): Promise<void> {
  const ended = allBefore(database);
  database.close();
  await ended;
}

/** Resolves when every transaction that was begun has ended. */
function allBefore(database: SpoolDatabase): Promise<void> {
  return database.transaction([...database.objectStoreNames], "readwrite", RELAXED).done;
}

/** Better a fault that is told than a run that stands still. */
function noAnswer(): Error {
  return new DOMException("IndexedDB does not answer", "TimeoutError");
}

export function deleteDatabase(identity: Identity): Promise<void> {
  return deleteDB(nameOf(identity));
}

function nameOf({ userId, deviceId }: Identity): string {
  return `key-backup-sync:${userId}:${deviceId}`;
}

/** The keys of all pages, or chunks, of a backup, or of one segment of it. */
export function allOf(...beginning: readonly [backupId: string, segment?: number]): IDBKeyRange {
  return IDBKeyRange.bound([...beginning], [...beginning, []]);
}
