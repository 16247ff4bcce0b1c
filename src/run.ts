/**
 * One run, from the first question to the last key settled: which backup there is, its download, and its import beside or after
 * that. It reports states and ends by itself, by an abort or with a fault; what the person chose, and what comes before and after, is
 * the controller's.
 */
import { BackupRun } from "./backup-run.js";
import { KeyBackupSyncError } from "./errors.js";
import type { Host } from "./host.js";
import type { MeteredConnection } from "./metered-connection.js";
import type { PriorityRooms } from "./priority-rooms.js";
import type { BackupCheck, KeptBackup } from "./protocol.js";
import { isPassing, Retries } from "./retries.js";
import { type KeyBackupSyncState, syncOf } from "./state.js";
import type { WorkerLink } from "./worker-link.js";

export interface RunOptions {
  readonly host: Host;
  readonly link: WorkerLink;
  readonly signal: AbortSignal;
  readonly report: (state: KeyBackupSyncState) => void;
  readonly priorities: PriorityRooms;
  readonly metered: MeteredConnection;
}

/** @throws KeyBackupSyncError what needs a person; the signal's reason when aborted */
export async function run(options: RunOptions): Promise<void> {
  let state: KeyBackupSyncState = { status: "checking" };
  const report = (next: KeyBackupSyncState) => {
    state = next;
    options.report(next);
  };
  await new Retries(options.signal).until(
    () => tryOnce({ ...options, report }),
    (wait) => report({ status: "waiting", ...wait, sync: syncOf(state) }),
  );
}

async function tryOnce(options: RunOptions): Promise<void> {
  options.report({ status: "checking" });
  const check = await checkOrImport(options);
  for (const kept of check.replaced) await importReplaced(options, kept);
  if (check.available !== "yes") return options.report({ status: "unavailable", reason: check.available });
  if (!check.kept.settled) await new BackupRun(options, check.kept, "present").settle();
  else options.report({ status: "complete", ...syncAt(check.kept) });
}

/** As long as nobody can tell whether there is another backup, what is whole on this device need not wait. */
async function checkOrImport(options: RunOptions): Promise<BackupCheck> {
  const { link, signal } = options;
  try {
    return await link.call("check", [], signal);
  } catch (cause) {
    const { kept } = await link.call("recall", [], signal);
    if (isPassing(cause) && kept?.whole && !kept.settled) await new BackupRun(options, kept, "present").settle();
    throw cause;
  }
}

/** A backup that is no longer the account's: its keys must not be lost with it. Without its decryption key, it is kept. */
async function importReplaced(options: RunOptions, kept: KeptBackup): Promise<void> {
  try {
    await new BackupRun(options, kept, "replaced").settle();
  } catch (cause) {
    const isLocked = cause instanceof KeyBackupSyncError && cause.code === "decryption-key-mismatch";
    if (!isLocked) throw cause;
  }
}

/** What is kept, as a state tells it. */
export function syncAt({ backup, progress, safekeeping }: KeptBackup) {
  return { backup, progress, safekeeping };
}
