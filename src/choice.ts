/**
 * What the person chose last, which outlives the page: kept in the spool, and told as a state. It knows nothing of whose turn it is; all
 * of it is done under the lock.
 */
import { isFault } from "./errors.js";
import type { CryptoStore } from "./host.js";
import type { Choice, KeptBackup } from "./protocol.js";
import { syncAt } from "./run.js";
import { type BackupInfo, IDLE, type KeyBackupSyncState, type Sync } from "./state.js";
import { contentsOf } from "./store-count.js";
import type { WorkerLink } from "./worker-link.js";

export function chooseRun(link: WorkerLink): Promise<void> {
  return link.call("choose", ["run"]);
}

/** Keeps what is spooled. */
export async function choosePause(link: WorkerLink, cryptoStore: CryptoStore): Promise<KeyBackupSyncState> {
  await link.call("choose", ["paused"]);
  const { kept } = await link.call("recall", [await contentsOf(cryptoStore)]);
  if (!kept) return IDLE;
  if (!kept.settled) return pausedAt(kept);
  // It came to its end while that was asked for.
  await link.call("choose", ["run"]);
  return { status: "complete", ...syncAt(kept) };
}

/** Forgets what is spooled. */
export async function chooseStop(link: WorkerLink): Promise<KeyBackupSyncState> {
  const isChosen = await isThereRoomFor("stopped", link);
  await link.call("forget", []);
  if (!isChosen) await link.call("choose", ["stopped"]);
  return IDLE;
}

async function isThereRoomFor(choice: Choice, link: WorkerLink): Promise<boolean> {
  try {
    await link.call("choose", [choice]);
    return true;
  } catch (cause) {
    if (isFault(cause, "storage-full")) return false;
    throw cause;
  }
}

/**
 * @param before what is known of the run that was going on, if one was
 * @returns the state to be in, `null` if the run is to go on
 */
export async function recallChoice(
  link: WorkerLink,
  cryptoStore: CryptoStore,
  before: Sync | null,
): Promise<KeyBackupSyncState | null> {
  const { choice, kept, earlier } = await link.call("recall", [await contentsOf(cryptoStore)]);
  switch (choice) {
    case "run":
      // What waits of another backup may be of one with the same version and etag.
      if (!kept || !before || earlier > 0 || !isSettled(kept, before.backup)) return null;
      return { status: "complete", ...syncAt(kept), replaced: before.replaced };
    case "paused":
      return kept ? pausedAt(kept) : IDLE;
    case "stopped":
      // Whoever was to forget it died before.
      if (kept) await link.call("forget", []);
      return IDLE;
  }
}

/** It came to its end. */
function isSettled({ settled, backup }: KeptBackup, before: BackupInfo): boolean {
  return settled && backup.version === before.version && backup.etag === before.etag;
}

function pausedAt(kept: KeptBackup): KeyBackupSyncState {
  return { status: "paused", ...syncAt(kept) };
}
