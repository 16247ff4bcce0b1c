/** What the person can do about a risk, besides taking it. */
import { canResume, canStart, isResetUnfinished, type KeyBackupSyncState, replacedBy } from "../../src/state.js";
import {
  KeyBackupFinishResetRequestEvent,
  type KeyBackupRequestEvent,
  KeyBackupResumeRequestEvent,
  KeyBackupStartRequestEvent,
  type RequestEventInit,
} from "../events.js";
import { needsRecoveryKey } from "../key-backup-controls/main-wish.js";
import { isUploadOnly, type Risk } from "./risk.js";

export interface Choices {
  /** The recovery key would open what is downloaded. */
  readonly enterRecoveryKey: boolean;
  /** The run can save more. */
  readonly finish: boolean;
  /** Something is downloaded that can be kept in a file. */
  readonly saveRescueCopy: boolean;
  /** Nothing of that can be decrypted here. */
  readonly archiveOnly: boolean;
  /** It may be another answer the next time. */
  readonly checkAgain: boolean;
}

export function choicesOf(risk: Risk, state: KeyBackupSyncState): Choices {
  const { notDownloaded, older, notImported, earlier, notUploaded } = risk.losses;
  const lacksKey = risk.kind === "unknown" && risk.reason === "no-decryption-key";
  const isDark = risk.kind === "unknown" && !lacksKey;
  const isLocked = isEarlierLocked(risk, state);
  const canDecrypt = notImported > 0 && !lacksKey && !needsRecoveryKey(state);
  const canDecryptEarlier = earlier > 0 && !isLocked;
  return {
    enterRecoveryKey: lacksKey || isLocked,
    finish:
      isDark || notDownloaded + older > 0 || (notImported > 0 && !lacksKey) || canDecryptEarlier || notUploaded > 0,
    // What is counted as unreadable is not kept.
    saveRescueCopy: notImported + earlier > 0,
    archiveOnly: !canDecrypt && !canDecryptEarlier,
    checkAgain: isDark,
  };
}

/** A run has tried to import the keys of earlier backups, and could not. Before one has, it may well do. */
function isEarlierLocked({ losses: { earlier } }: Risk, state: KeyBackupSyncState): boolean {
  return earlier > 0 && (replacedBy(state)?.locked ?? 0) >= earlier;
}

/** What must be asked of the run so that it goes on; `null` if it does already. */
export function wishToFinish(
  state: KeyBackupSyncState,
  risk: Risk,
): (new (init: RequestEventInit) => KeyBackupRequestEvent) | null {
  if (isResetUnfinished(state)) return KeyBackupFinishResetRequestEvent;
  if (isUploadOnly(risk)) return null;
  if (canResume(state)) return KeyBackupResumeRequestEvent;
  return canStart(state) ? KeyBackupStartRequestEvent : null;
}
