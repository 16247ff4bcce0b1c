/**
 * One run, from the first question to the last key settled: which backup there is, its download, and its import beside or after
 * that. It reports states and ends by itself, by an abort or with a fault; what the person chose, and what comes before and after, is
 * the controller's.
 */
import { BackupRun } from "./backup-run.js";
import { isFault, KeyBackupSyncError } from "./errors.js";
import type { BackedUpRoomKeys, Host } from "./host.js";
import type { MeteredConnection } from "./metered-connection.js";
import { OtherBackups } from "./other-backups.js";
import type { PriorityRooms } from "./priority-rooms.js";
import type { BackupCheck, KeptBackup } from "./protocol.js";
import { resetLockOf, unlessResetting, whenResetEnded } from "./reset-lock.js";
import { isPassing, Retries } from "./retries.js";
import {
  type BackupInfo,
  type Intensity,
  type KeyBackupSyncState,
  type ReplacedBackups,
  type Sync,
  syncOf,
} from "./state.js";
import { contentsOf, StoreCount } from "./store-count.js";
import type { WorkerLink } from "./worker-link.js";

/** Milliseconds: a day. */
const LONGEST_BETWEEN_PASSES = 86_400_000;
/** Milliseconds a room key between two passes over a backup that grows: a large one is downloaded again less often. */
const BETWEEN_PASSES = 864;

/** In a row: a homeserver may say one thing of a backup, and another of its keys. */
const MOST_RESETS = 3;

export interface RunOptions {
  readonly host: Host;
  readonly link: WorkerLink;
  readonly signal: AbortSignal;
  /** As the host wants it now. */
  readonly intensity: () => Intensity;
  readonly report: (state: KeyBackupSyncState) => void;
  readonly priorities: PriorityRooms;
  readonly metered: MeteredConnection;
  /** It is at rest in this state: it is to stay so, and nothing to be said, as long as there is nothing new. */
  readonly restingAt: KeyBackupSyncState | null;
}

export interface ImportingOptions extends RunOptions {
  readonly storeCount: StoreCount;
}

/** @throws KeyBackupSyncError what needs a person; the signal's reason when aborted */
export async function run(options: RunOptions): Promise<void> {
  if (options.restingAt && !(await hasNews(options, options.restingAt))) return;
  let state: KeyBackupSyncState = { status: "checking" };
  const report = (next: KeyBackupSyncState) => {
    state = next;
    options.report(next);
  };
  await new Retries(options.signal).until(
    () => tryThroughResets({ ...options, report }),
    (wait) => report({ status: "waiting", ...wait, sync: syncOf(state) }),
  );
}

/** Where the homeserver cannot be asked there is no news. */
async function hasNews({ host, link, signal }: RunOptions, state: KeyBackupSyncState): Promise<boolean> {
  try {
    const contents = await contentsOf(host.cryptoStore);
    if (contents && (await link.call("matchStore", [contents], signal))) return true;
    // In this order: the backup grows meanwhile.
    const backedUp = (await host.cryptoStore.getBackedUp?.()) ?? null;
    const check = await link.call("check", [], signal);
    if (check.replaced.some(({ hasSpooled }) => hasSpooled)) return true;
    if (check.available === "malformed") return true;
    if (check.available !== "yes") return state.status === "complete" || isOff(state) !== (check.available === OFF);
    if (state.status !== "complete" || isInPlaceOf(state.backup, check.kept) || isNews(check.kept, backedUp))
      return true;
    return (await link.call("findOlder", [], signal)).length > 0;
  } catch (cause) {
    if (isPassing(cause)) return false;
    throw cause;
  }
}

const OFF = "key-storage-off";

function isOff(state: KeyBackupSyncState): boolean {
  return state.status === "unavailable" && state.reason === OFF;
}

/** Nothing was downloaded of it, and yet a backup of its version is done: that was another one, and the client may not know either. */
function isInPlaceOf({ version }: BackupInfo, { backup, progress, settled }: KeptBackup): boolean {
  return backup.version === version && !settled && progress.downloaded === 0;
}

/**
 * A backup that no pass has come to the end of is news, and so is one whose etag moved while its count did not: a key got better, or one took
 * the place of another. What a backup has grown by is, where the counts agree, most likely what this device has uploaded itself: it is looked
 * at after a while. Of a backup that is as it was, it is news that the crypto store counts more keys as backed up than there are.
 */
function isNews({ backup, settled, passed, usedAt }: KeptBackup, backedUp: BackedUpRoomKeys | null): boolean {
  const isSame = backedUp?.version === backup.version;
  if (settled) return isSame && backedUp.count > backup.count;
  if (!passed) return backup.count > 0;
  const isDue = Date.now() - usedAt > Math.min(LONGEST_BETWEEN_PASSES, backup.count * BETWEEN_PASSES);
  return isDue || passed.count === backup.count || !isSame || backedUp.count !== backup.count;
}

/** A backup that was replaced meanwhile is no fault: there is another one now, or none. */
async function tryThroughResets(options: RunOptions): Promise<void> {
  for (let resets = 0; ; resets++) {
    try {
      return await tryOnce(options);
    } catch (cause) {
      options.signal.throwIfAborted();
      const isReplaced = isFault(cause, "backup-replaced");
      if (!isReplaced || resets === MOST_RESETS) throw cause;
    }
  }
}

async function tryOnce(given: RunOptions): Promise<void> {
  given.report({ status: "checking" });
  const options = { ...given, storeCount: await matchedStore(given) };
  const check = await checkOrImport(options);
  const isUnfinished = await isResetUnfinished(options);
  const others = new OtherBackups(options);
  await others.importReplaced(check.replaced);
  await importPresent(options, check, others, isUnfinished);
  if (others.fault) throw others.fault;
}

/** From here on, what counts as imported is in the crypto store. */
async function matchedStore({ host, link, signal }: RunOptions): Promise<StoreCount> {
  const storeCount = await StoreCount.begin(host.cryptoStore);
  await link.call("matchStore", [storeCount.contents], signal);
  return storeCount;
}

async function importPresent(
  options: ImportingOptions,
  check: BackupCheck,
  others: OtherBackups,
  isUnfinished: boolean,
): Promise<void> {
  const { replaced } = others;
  if (check.available === "malformed") return importUndescribed(options, check.kept, replaced);
  if (check.available !== "yes") {
    const isMissing = isUnfinished && check.available === "no-backup";
    const reason = isMissing ? "reset-unfinished" : check.available;
    const report = () => options.report({ status: "unavailable", reason, replaced: others.replaced });
    await others.importOlder(report);
    report();
    if (check.available === "no-backup") await lookOnceMore(options, NO_BACKUP);
    return;
  }
  const { kept } = check;
  if (isUnfinished) return importLeftOver(options, kept, others);
  const present = new BackupRun(options, kept, { kind: "present", replaced });
  if (!kept.settled) await settleBefore(present, others, options);
  const complete = () => present.complete(others.replaced);
  await others.importOlder(complete);
  complete();
  await lookOnceMore(options, kept.backup, present.hasUndecryptable);
}

/** What keeps the present backup from being imported keeps no other one from it. @throws what `BackupRun.settle` throws */
async function settleBefore(present: BackupRun, others: OtherBackups, { signal }: RunOptions): Promise<void> {
  const showAgain = () => present.showAgain(others.replaced);
  try {
    await present.settle({ isLast: false, whileLocked: () => others.importOlder(showAgain) });
  } catch (cause) {
    if (!isFault(cause, "decryption-key-mismatch", "import-failed", "malformed-response")) throw cause;
    await others.importOlder(showAgain).catch(() => signal.throwIfAborted());
    showAgain();
    throw cause;
  }
}

/**
 * What a reset that did not finish left on the homeserver comes to this device as well. What there is to say is that it did not finish.
 * @throws KeyBackupSyncError `backup-replaced` if it did meanwhile
 */
async function importLeftOver(options: ImportingOptions, kept: KeptBackup, others: OtherBackups) {
  const unfinished = () => ({ status: "unavailable", reason: "reset-unfinished", replaced: others.replaced }) as const;
  const report = (state: KeyBackupSyncState) => options.report(isLocked(state) ? unfinished() : state);
  const role = { kind: "present", replaced: others.replaced } as const;
  try {
    if (!kept.settled && kept.backup.count > 0)
      await settleBefore(new BackupRun({ ...options, report }, kept, role), others, options);
  } catch (cause) {
    if (!isFault(cause, "decryption-key-mismatch")) throw cause;
  }
  await others.importOlder(() => options.report(unfinished()));
  if (!(await isResetUnfinished(options))) throw new KeyBackupSyncError("backup-replaced");
  options.report(unfinished());
}

/** All of it is here, and waits for its decryption key. */
function isLocked(state: KeyBackupSyncState): boolean {
  if (state.status !== "waiting" || state.reason !== "decryption-key" || !state.sync) return false;
  return state.sync.progress.downloaded >= state.sync.progress.total;
}

/**
 * A reset that was begun here made no backup that the client can use. As long as one goes on there is nothing to be done.
 * @throws KeyBackupSyncError `backup-replaced` when one has gone on
 */
async function isResetUnfinished({ host, link, signal, report }: RunOptions): Promise<boolean> {
  if (!(await link.call("hasResetNote", [], signal))) return false;
  const name = resetLockOf(host.account);
  const key = await host.cryptoStore.getDecryptionKey();
  const outcome = await unlessResetting(name, () => link.call("resetOutcome", [key], signal));
  if (outcome) return outcome === "unfinished";
  report({ status: "resetting" });
  await whenResetEnded(name, signal);
  throw new KeyBackupSyncError("backup-replaced");
}

/** What is whole on this device needs no answer of the homeserver. @throws KeyBackupSyncError `malformed-response` */
async function importUndescribed(options: ImportingOptions, kept: KeptBackup | null, replaced: ReplacedBackups | null) {
  try {
    if (kept?.whole && !kept.settled) await new BackupRun(options, kept, { kind: "present", replaced }).settle();
  } catch {
    options.signal.throwIfAborted();
    // It shows once more when the homeserver describes the backup.
  }
  throw new KeyBackupSyncError("malformed-response");
}

/** What the homeserver said at the beginning of the run. */
type Checked = { readonly version: string | null; readonly count: number };

const NO_BACKUP: Checked = { version: null, count: 0 };

/**
 * @param isDoubtful some keys did not decrypt: those may be of a backup that took the place of this one after the check
 * @throws KeyBackupSyncError `backup-replaced`
 */
async function lookOnceMore(options: RunOptions, checked: Checked, isDoubtful = false): Promise<void> {
  let found: Found = "nothing";
  try {
    found = await compareWithStore(options, checked, isDoubtful);
    if (found === "keys-in-no-backup") await options.host.cryptoStore.backUpAgain?.();
  } catch {
    options.signal.throwIfAborted();
    // It will show at the next look.
  }
  if (found === "other-backup") throw new KeyBackupSyncError("backup-replaced");
}

/** `other-backup`: the account has another one since the run began. */
type Found = "nothing" | "other-backup" | "keys-in-no-backup";

/**
 * A key that went in as backed up at the moment in which its backup was replaced is in none, and the crypto store does not know. It shows:
 * the store takes more keys to be in the backup than there are. It shows at the end alone, when the store has all that there are.
 */
async function compareWithStore(
  { host, link, signal }: RunOptions,
  { version, count }: Checked,
  isDoubtful: boolean,
): Promise<Found> {
  const backedUp = await host.cryptoStore.getBackedUp?.();
  const isAsExpected = !backedUp || (backedUp.version === version && backedUp.count <= count);
  if (isAsExpected && !isDoubtful) return "nothing";
  // Only now: the backup grows meanwhile.
  const present = await link.call("compare", [null, null], signal);
  if (present.isOther) return "other-backup";
  return present.version === backedUp?.version && backedUp.count > present.count ? "keys-in-no-backup" : "nothing";
}

/** As long as nobody can tell whether there is another backup, what is whole on this device need not wait. */
async function checkOrImport(options: ImportingOptions): Promise<BackupCheck> {
  const { link, signal, storeCount } = options;
  try {
    return await link.call("check", [], signal);
  } catch (cause) {
    if (!isPassing(cause)) throw cause;
    const { kept } = await link.call("recall", [storeCount.contents], signal);
    if (kept?.whole && !kept.settled) await new BackupRun(options, kept, { kind: "present", replaced: null }).settle();
    throw cause;
  }
}

/** What is kept, as a state tells it. */
export function syncAt({ backup, progress, safekeeping }: KeptBackup): Sync {
  return { backup, progress, safekeeping, replaced: null };
}
