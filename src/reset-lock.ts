/**
 * The lock of a reset that goes on, over all tabs: as long as somebody holds it, the old backup may be deleted, and the new one not be there
 * yet. It ends with its tab, in whatever way.
 */
import { KeyBackupSyncError } from "./errors.js";
import { locked } from "./locked.js";
import { unlessAborted } from "./unless-aborted.js";

/** Resets of this page, by the name of the lock: all that is known where the browser has no locks. */
const ofThisPage = new Map<string, Promise<unknown>>();

/** Of a user and device. */
export function resetLockOf({ userId, deviceId }: { readonly userId: string; readonly deviceId: string }): string {
  return `key-backup-sync:reset:${userId}:${deviceId}`;
}

/** Does the work alone, after the resets of other tabs. */
export async function whileResetting<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
  const working = locked(name, { mode: "exclusive" }, work);
  const settled = working.catch(() => {});
  ofThisPage.set(name, settled);
  try {
    return await working;
  } finally {
    if (ofThisPage.get(name) === settled) ofThisPage.delete(name);
  }
}

/** Does the work, and no reset begins before it is done; `null` where one goes on. */
export async function unlessResetting<Value>(name: string, work: () => Promise<Value>): Promise<Value | null> {
  if (ofThisPage.has(name)) return null;
  return locked(name, { mode: "shared", ifAvailable: true }, work);
}

/**
 * Does what must not be done in the midst of a reset; it must not take long, as a reset waits for it.
 * @throws KeyBackupSyncError `backup-replaced` while one goes on
 */
export async function outsideReset(name: string, work: () => Promise<void>): Promise<void> {
  const isDone = await unlessResetting(name, async () => {
    await work();
    return true;
  });
  if (!isDone) throw new KeyBackupSyncError("backup-replaced");
}

export async function isResetting(name: string): Promise<boolean> {
  return (await unlessResetting(name, async () => true)) === null;
}

/** @throws the signal's reason as soon as it is aborted, whatever the reset does */
export async function whenResetEnded(name: string, signal: AbortSignal): Promise<void> {
  await unlessAborted(ofThisPage.get(name) ?? Promise.resolve(), signal);
  await locked(name, { mode: "shared", signal }, async () => {});
  signal.throwIfAborted();
}
