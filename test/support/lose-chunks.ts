/** What the browser, or a person, may do to what is stored: chunks go, and the row goes on to count them. */
import { openDB } from "idb";
import type { Account } from "../../src/host.js";

/** All chunks from this one on, of the first segment of the backup that is alone on this device. */
export async function loseChunks({ userId, deviceId }: Account, from = 0): Promise<void> {
  await loseFiles(from);
  await loseRecords(`key-backup-sync:${userId}:${deviceId}`, from);
}

async function loseFiles(from: number): Promise<void> {
  const { storage } = navigator as { storage: Partial<StorageManager> };
  // WebKitGTK has none.
  const root = await storage.getDirectory?.();
  const home = await root?.getDirectoryHandle("key-backup-sync").catch(() => null);
  if (home) await removeIn(home, from);
}

async function removeIn(directory: FileSystemDirectoryHandle, from: number): Promise<void> {
  for await (const [name, entry] of directory.entries()) {
    if (entry.kind === "directory") await removeIn(entry as FileSystemDirectoryHandle, from);
    else if (Number(/^0-(\d+)$/.exec(name)?.[1]) >= from) await directory.removeEntry(name);
  }
}

async function loseRecords(name: string, from: number): Promise<void> {
  const database = await openDB(name);
  for (const key of await database.getAllKeys("chunks")) {
    const [, segment, chunk] = key as [string, number, number];
    if (segment === 0 && chunk >= from) await database.delete("chunks", key);
  }
  database.close();
}
