/**
 * What a reset of the backup would cost at this moment: the homeserver is asked, and compared with what is kept on this device and with
 * the crypto store. It never says that nothing is at risk when it cannot know.
 */
import { isFault, KeyBackupSyncError } from "./errors.js";
import type { BackedUpRoomKeys, CryptoStore, CryptoStoreContents } from "./host.js";
import type { BackupComparison, OlderRisk } from "./protocol.js";
import type {
  AssessedOccasion,
  AssessmentDoubt,
  EarlierKeys,
  KeysAtRisk,
  KeysInNoBackup,
  KeysNotUploaded,
  OlderKeys,
  ResetAssessment,
  UnfinishedReset,
} from "./reset.js";
import { failedCount, type Progress, spooledCount } from "./state.js";
import { contentsOf } from "./store-count.js";
import type { WorkerLink } from "./worker-link.js";

interface KnownRisk extends EarlierKeys, UnfinishedReset, KeysNotUploaded {
  readonly known: KeysAtRisk | null;
}

export interface Assessed {
  readonly assessment: ResetAssessment;
  /** The backup is not as it was when this device looked last: another look may find that nothing is at risk. */
  readonly isBehind: boolean;
}

/** @throws the signal's reason when aborted; nothing else: a doubt is an answer */
export async function assessReset(
  link: WorkerLink,
  cryptoStore: CryptoStore,
  occasion: AssessedOccasion,
  signal: AbortSignal,
): Promise<Assessed> {
  try {
    const key = await cryptoStore.getDecryptionKey();
    const contents = await contentsOf(cryptoStore);
    const comparison = await link.call("compare", [key, contents, occasion], signal);
    const { version, count, isOtherKey } = comparison;
    const backedUp = await cryptoStore.getBackedUp?.();
    const kept = {
      ...keptOf(comparison),
      ...notUploadedOf(comparison, contents, backedUp ?? null),
      ...(await inNoBackup(link, comparison, contents, backedUp, signal)),
    };
    if (!contents && version !== null)
      return inDoubt({ kind: "unknown", reason: "crypto-store-error", known: null, ...kept });
    // Just as many as the backup has are in both. If there seem to be more, something is wrong with what the crypto store knows.
    // With the key of another backup, it knows about that one.
    const isKnown = backedUp?.version === version && !isOtherKey && backedUp.count === count;
    const hasKey = comparison.hasKey || (key !== null && !isOtherKey);
    const assessment = assess(isKnown ? agreed(comparison) : comparison, hasKey, kept);
    return { assessment, isBehind: version !== null && !comparison.isCurrent };
  } catch (cause) {
    signal.throwIfAborted();
    return inDoubt({ kind: "unknown", reason: doubtOf(cause), ...(await knownRisk(link, cryptoStore)) });
  }
}

function inDoubt(assessment: ResetAssessment): Assessed {
  return { assessment, isBehind: false };
}

/**
 * The crypto store counts as many keys as backed up as the backup has. They are the same keys only where this device has looked: of what
 * the backup has grown by since, all is most likely from this device, but one key may have got better, or taken the place of another.
 */
function agreed(comparison: BackupComparison): BackupComparison {
  const { count, isCurrent, hasPassed, progress } = comparison;
  if (!hasPassed || !progress || (isCurrent && spooledCount(progress) > 0)) return comparison;
  const imported = Math.max(count, progress.downloaded);
  const failures = { malformed: 0, undecryptable: 0, rejected: 0 };
  return { ...comparison, progress: { ...progress, downloaded: imported, imported, failures } };
}

/** The homeserver's count is of keys of other devices, too: but if it is less than this device has, at least so many are missing there. */
function notUploadedOf(
  { version, count }: Pick<BackupComparison, "version" | "count">,
  contents: CryptoStoreContents | null,
  backedUp: BackedUpRoomKeys | null,
): KeysNotUploaded {
  if (!contents || !backedUp || backedUp.version !== version) return {};
  const notUploaded = contents.roomKeyCount - Math.min(backedUp.count, count);
  return notUploaded > 0 ? { notUploaded } : {};
}

/** @param backedUp `undefined` where the host cannot tell to which backup the client uploads */
async function inNoBackup(
  link: WorkerLink,
  { version, fromBackups }: Pick<BackupComparison, "version" | "fromBackups">,
  contents: CryptoStoreContents | null,
  backedUp: BackedUpRoomKeys | null | undefined,
  signal: AbortSignal,
): Promise<KeysInNoBackup> {
  // The client may not have heard yet that its backup was replaced.
  const isInUse = version !== null && (backedUp === undefined || backedUp?.version === version);
  const count = (contents?.roomKeyCount ?? 0) - fromBackups;
  if (isInUse || count <= 0) return {};
  if (version !== null) return { inNoBackup: { count, reason: "backup-not-used" } };
  // Where that cannot be read, there is at least no backup.
  const isOff = await link.call("isKeyStorageOff", [], signal).catch(() => false);
  return { inNoBackup: { count, reason: isOff ? "key-storage-off" : "no-backup" } };
}

type Kept = KeysInNoBackup & EarlierKeys & OlderKeys & UnfinishedReset & KeysNotUploaded;

function assess(comparison: BackupComparison, hasKey: boolean, kept: Kept): ResetAssessment {
  const risk = withOlder(riskOf(comparison), comparison.older);
  if (risk.notImported > 0 && !hasKey) return { kind: "unknown", reason: "no-decryption-key", known: risk, ...kept };
  const atRisk = risk.notDownloaded + risk.notImported + risk.unreadable;
  const isKeyAtRisk = risk.notImported > 0 && !comparison.hasKey;
  if (atRisk > 0) return { kind: "at-risk", ...risk, ...(isKeyAtRisk ? { isKeyInClientOnly: true } : {}), ...kept };
  const isUnsure = comparison.older?.isUnsure === true;
  return isUnsure ? { kind: "unknown", reason: "homeserver-error", known: risk, ...kept } : { kind: "none", ...kept };
}

function withOlder(risk: KeysAtRisk, older: OlderRisk | null): KeysAtRisk {
  return older ? { ...risk, notDownloaded: risk.notDownloaded + older.notDownloaded } : risk;
}

/** What there is beside the present backup. */
function keptOf(comparison: BackupComparison): EarlierKeys & OlderKeys & UnfinishedReset {
  const { notDownloaded = 0, locked = 0 } = comparison.older ?? {};
  const kept = earlierOf(comparison, comparison.isResetUnfinished);
  return notDownloaded + locked > 0 ? { ...kept, older: { notDownloaded, locked } } : kept;
}

function earlierOf(
  { earlier }: Pick<EarlierKeys, "earlier">,
  isResetUnfinished: boolean,
): EarlierKeys & UnfinishedReset {
  return isResetUnfinished ? { earlier, isResetUnfinished } : { earlier };
}

function riskOf({ version, count, progress, isCurrent }: BackupComparison): KeysAtRisk {
  if (version === null || count === 0) return { notDownloaded: 0, notImported: 0, unreadable: 0 };
  if (!progress) return { notDownloaded: count, notImported: 0, unreadable: 0 };
  // Where the etag moved, one key at least is new, or better, though the count may be the same.
  const missing = Math.max(isCurrent ? 0 : 1, count - progress.downloaded);
  return { notDownloaded: missing, ...safeOf(progress) };
}

function safeOf(progress: Progress) {
  return { notImported: spooledCount(progress), unreadable: failedCount(progress) };
}

/** From what this device has, without asking. */
async function knownRisk(link: WorkerLink, cryptoStore: CryptoStore): Promise<KnownRisk> {
  try {
    const contents = await contentsOf(cryptoStore);
    const recalled = await link.call("recall", [contents]);
    const { kept } = recalled;
    const backedUp = contents && ((await cryptoStore.getBackedUp?.()) ?? null);
    return {
      known: contents && kept && riskAt(kept.progress),
      ...earlierOf(recalled, recalled.hasResetNote),
      // By the marks of the crypto store alone.
      ...notUploadedOf({ version: backedUp?.version ?? null, count: Number.POSITIVE_INFINITY }, contents, backedUp),
    };
  } catch {
    return { known: null, earlier: 0 };
  }
}

function riskAt(progress: Progress): KeysAtRisk {
  return { notDownloaded: progress.total - progress.downloaded, ...safeOf(progress) };
}

function doubtOf(cause: unknown): AssessmentDoubt {
  if (!(cause instanceof KeyBackupSyncError)) return "crypto-store-error";
  return isFault(cause, "homeserver-unreachable") ? "offline" : "homeserver-error";
}
