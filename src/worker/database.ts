/** The one IndexedDB database of a user and device, and what is in it. */
import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import type { Choice, Identity } from "../protocol.js";
import type { BackupRow } from "./backup-row.js";

interface SpoolSchema extends DBSchema {
  /** By backup version. */
  backups: { key: string; value: BackupRow };
  chunks: { key: [version: string, segment: number, chunk: number]; value: Uint8Array };
  ledger: { key: [version: string, page: number]; value: Uint8Array };
  choice: { key: "choice"; value: Choice };
  /** Of the decryption keys in the rows. */
  sealing: { key: "key"; value: CryptoKey };
}

export type SpoolDatabase = IDBPDatabase<SpoolSchema>;

/** Room in the transaction log is enough: losing power may cost the last changes, never the agreement of those before. */
export const RELAXED = { durability: "relaxed" } as const;

/** @param onClosed called when it is closed without being asked to @throws what IndexedDB rejects with */
export function openDatabase(identity: Identity, onClosed: () => void): Promise<SpoolDatabase> {
  return openDB<SpoolSchema>(nameOf(identity), 2, {
    upgrade(database) {
      // Version 1 was never published.
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
}

export function deleteDatabase(identity: Identity): Promise<void> {
  return deleteDB(nameOf(identity));
}

function nameOf({ userId, deviceId }: Identity): string {
  return `key-backup-sync:${userId}:${deviceId}`;
}

/** The keys of all pages, or chunks, of a version. */
export function allOf(version: string): IDBKeyRange {
  return IDBKeyRange.bound([version], [version, []]);
}
