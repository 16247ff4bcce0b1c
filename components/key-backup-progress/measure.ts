/** What the bar measures, and the sentence of counts beneath it, which is also what the bar says of itself. */
import { type KeyBackupSyncState, type Progress, syncOf, uploadCount } from "../../src/state.js";
import type { Formats } from "../formats.js";
import type { KeyBackupSyncStrings } from "../strings.js";

/** The stage that a run is in, or was in when it came to a halt. */
export type Stage = "downloaded" | "imported";

export interface Measure {
  readonly stage: Stage;
  readonly progress: Progress;
  /** Room keys of this stage. */
  readonly value: number;
}

/** `null` as long as no counts are known. */
export function measureOf(state: KeyBackupSyncState): Measure | null {
  const sync = syncOf(state);
  if (!sync) return null;
  const { progress } = sync;
  // Of an empty backup there is nothing to be counted.
  if (state.status === "complete" && progress.total === 0) return null;
  const stage = stageOf(state, progress);
  return { stage, progress, value: progress[stage] };
}

function stageOf(state: KeyBackupSyncState, progress: Progress): Stage {
  if (state.status === "importing" || state.status === "complete") return "imported";
  if (state.status === "downloading") return "downloaded";
  return progress.downloaded >= progress.total && progress.imported > 0 ? "imported" : "downloaded";
}

export function countsOf({ stage, progress }: Measure, { counts }: KeyBackupSyncStrings, formats: Formats): string {
  const { total, downloaded, imported } = progress;
  if (stage === "imported" && imported === total) return counts.allImported(imported, formats);
  if (stage === "imported") return counts.imported(imported, total, formats);
  const sentence = counts.downloaded(downloaded, total, formats);
  return imported > 0 ? formats.list([sentence, counts.alsoImported(imported, formats)]) : sentence;
}

/** Keys that are in no backup yet, how long that takes, and what it waits for. Empty if there are none. */
export function uploadLineOf(state: KeyBackupSyncState, strings: KeyBackupSyncStrings, formats: Formats): string {
  const { uploading } = state;
  const count = uploadCount(state);
  if (!uploading || count === 0) return "";
  const { upload, counts } = strings;
  const saving = upload.saving(count, formats);
  if (uploading.hold) return `${saving} ${upload.hold[uploading.hold]}`;
  return uploading.secondsLeft === null ? saving : `${saving} ${counts.uploadTimeLeft(uploading.secondsLeft, formats)}`;
}

/** How fast it goes and when it is done, or when it tries again. Empty while nobody knows. */
export function outlookOf(state: KeyBackupSyncState, { counts }: KeyBackupSyncStrings, formats: Formats): string {
  if (state.status === "waiting" && state.retryAt !== null) return counts.retry(secondsUntil(state.retryAt), formats);
  if ((state.status !== "downloading" && state.status !== "importing") || !state.pace) return "";
  const { keysPerSecond, secondsLeft } = state.pace;
  const isDownloadOnly = state.status === "downloading" && state.progress.imported === 0;
  const left = isDownloadOnly ? counts.downloadTimeLeft : counts.timeLeft;
  return formats.list([counts.pace(keysPerSecond, formats), left(secondsLeft, formats)]);
}

function secondsUntil(time: number): number {
  return Math.max(0, Math.ceil((time - Date.now()) / 1000));
}
