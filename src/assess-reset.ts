/**
 * What a reset of the backup would cost at this moment: the homeserver is asked, and compared with what is kept on this device and with
 * the crypto store. It never says that nothing is at risk when it cannot know.
 */
import { KeyBackupSyncError } from "./errors.js";
import type { CryptoStore } from "./host.js";
import type { BackupComparison } from "./protocol.js";
import type { AssessmentDoubt, KeysAtRisk, ResetAssessment } from "./reset.js";
import { failedCount, type Progress, spooledCount } from "./state.js";
import type { WorkerLink } from "./worker-link.js";

/** @throws the signal's reason when aborted; nothing else: a doubt is an answer */
export async function assessReset(
  link: WorkerLink,
  cryptoStore: CryptoStore,
  signal: AbortSignal,
): Promise<ResetAssessment> {
  try {
    const comparison = await link.call("compare", [], signal);
    const { version, count } = comparison;
    if (version === null || count === 0) return { kind: "none" };
    const [backedUp, key] = await Promise.all([cryptoStore.getBackedUp?.(), cryptoStore.getDecryptionKey()]);
    // Just as many as the backup has are in both. If there seem to be more, something is wrong with what the crypto store knows.
    if (backedUp?.version === version && backedUp.count === count) return { kind: "none" };
    return assess(comparison, comparison.hasKey || key !== null);
  } catch (cause) {
    signal.throwIfAborted();
    return { kind: "unknown", reason: doubtOf(cause), known: await knownRisk(link) };
  }
}

function assess(comparison: BackupComparison, hasKey: boolean): ResetAssessment {
  const risk = riskOf(comparison);
  if (risk.notImported > 0 && !hasKey) return { kind: "unknown", reason: "no-decryption-key", known: risk };
  return risk.notDownloaded + risk.notImported + risk.unreadable > 0 ? { kind: "at-risk", ...risk } : { kind: "none" };
}

function riskOf({ count, progress, isCurrent }: BackupComparison): KeysAtRisk {
  if (!progress) return { notDownloaded: count, notImported: 0, unreadable: 0 };
  // Where the etag moved, one key at least is new, or better, though the count may be the same.
  const missing = Math.max(isCurrent ? 0 : 1, count - progress.downloaded);
  return { notDownloaded: missing, ...safeOf(progress) };
}

function safeOf(progress: Progress) {
  return { notImported: spooledCount(progress), unreadable: failedCount(progress) };
}

/** From what this device has, without asking. */
async function knownRisk(link: WorkerLink): Promise<KeysAtRisk | null> {
  try {
    const { kept } = await link.call("recall", []);
    return kept && { notDownloaded: kept.progress.total - kept.progress.downloaded, ...safeOf(kept.progress) };
  } catch {
    return null;
  }
}

function doubtOf(cause: unknown): AssessmentDoubt {
  return cause instanceof KeyBackupSyncError && cause.code === "homeserver-unreachable"
    ? "offline"
    : "homeserver-error";
}
