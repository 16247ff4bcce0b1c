/** Which words go with which state. The words themselves are in strings.ts. */
import type { KeyBackupSyncError } from "../../src/errors.js";
import { failedCount, type KeyBackupSyncState, type Progress, type Sync } from "../../src/state.js";
import type { KeyBackupSyncStrings, Saying } from "../strings.js";

export function sayingOf(state: KeyBackupSyncState, strings: KeyBackupSyncStrings): Saying {
  switch (state.status) {
    case "idle":
    case "checking":
    case "downloading":
    case "importing":
    case "paused":
      return strings[state.status];
    case "unavailable":
      return strings.unavailable[state.reason];
    case "waiting":
      return strings.waiting[state.reason];
    case "complete":
      return strings.complete[outcomeOf(state.progress)];
    case "failed":
      return failure(state, strings);
  }
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
  const stays = sync !== null && sync.progress.downloaded > 0 && error.code !== "storage-unavailable";
  return {
    headline: strings.failed[error.code],
    detail: stays ? `${nextMove} ${strings.downloadedStays}` : nextMove,
  };
}
