/** Which words go with which state. The words themselves are in strings.ts. */
import type { KeyBackupSyncError } from "../../src/errors.js";
import {
  failedCount,
  type KeyBackupSyncState,
  type Progress,
  type Sync,
  syncOf,
  uploadCount,
} from "../../src/state.js";
import type { KeyBackupSyncStrings, Saying } from "../strings.js";

export function sayingOf(state: KeyBackupSyncState, strings: KeyBackupSyncStrings): Saying {
  const saying = plainSayingOf(state, strings);
  const safekeeping = syncOf(state)?.safekeeping ?? "device";
  if (safekeeping === "device" || state.status === "complete") return saying;
  // Those details promise that the keys stay.
  const isPromise = state.status !== "waiting" && state.status !== "failed";
  const inMemory = strings.inMemory[safekeeping];
  return { headline: saying.headline, detail: isPromise ? inMemory : `${saying.detail} ${inMemory}` };
}

function plainSayingOf(state: KeyBackupSyncState, strings: KeyBackupSyncStrings): Saying {
  switch (state.status) {
    case "idle":
    case "checking":
    case "resetting":
    case "downloading":
    case "importing":
    case "paused":
      return strings[state.status];
    case "unavailable":
      return strings.unavailable[state.reason];
    case "waiting":
      return isDownloadedAndLocked(state) ? strings.downloadedAndLocked : strings.waiting[state.reason];
    case "complete":
      return completion(state, strings);
    case "failed":
      return failure(state, strings);
  }
}

/** Nothing but the decryption key is missing, and there is no hurry. */
function isDownloadedAndLocked({ reason, sync }: Extract<KeyBackupSyncState, { status: "waiting" }>): boolean {
  if (reason !== "decryption-key" || sync?.safekeeping !== "device") return false;
  return sync.progress.downloaded >= sync.progress.total;
}

/** A backup that is empty is so because its keys are on their way to it. */
function completion(state: Extract<KeyBackupSyncState, { status: "complete" }>, strings: KeyBackupSyncStrings): Saying {
  const outcome = outcomeOf(state.progress);
  return outcome === "empty" && uploadCount(state) > 0 ? strings.uploading : strings.complete[outcome];
}

/** How a completed pass went. */
function outcomeOf(progress: Progress): keyof KeyBackupSyncStrings["complete"] {
  if (progress.total === 0) return "empty";
  if (progress.imported === progress.total) return "all";
  return progress.imported === 0 ? "none" : "some";
}

/** Keys that the homeserver counted, but did not send, as far as that is known: only at the end. */
export function missingCount(state: KeyBackupSyncState): number {
  return state.status === "complete" ? state.progress.total - state.progress.downloaded : 0;
}

/** Keys that are not on this device, or of no use there, and will not be by themselves. */
export function unusableCount(state: KeyBackupSyncState, progress: Progress): number {
  return failedCount(progress) + missingCount(state);
}

function failure(
  { error, sync }: { error: KeyBackupSyncError; sync: Sync | null },
  strings: KeyBackupSyncStrings,
): Saying {
  const nextMove = strings.nextMove[error.nextMove];
  const stays = sync?.safekeeping === "device" && sync.progress.downloaded > 0 && error.code !== "storage-unavailable";
  return {
    headline: strings.failed[error.code],
    detail: stays ? `${nextMove} ${strings.downloadedStays}` : nextMove,
  };
}
