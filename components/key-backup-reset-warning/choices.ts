/** What the person can do about a risk, besides taking it. */
import { canResume, canStart, type KeyBackupSyncState } from "../../src/state.js";
import {
  type KeyBackupRequestEvent,
  KeyBackupResumeRequestEvent,
  KeyBackupStartRequestEvent,
  type RequestEventInit,
} from "../events.js";
import type { Risk } from "./risk.js";

export interface Choices {
  /** The recovery key would open what is downloaded. */
  readonly enterRecoveryKey: boolean;
  /** The run can save more. */
  readonly finish: boolean;
  /** Something is downloaded that can be kept in a file. */
  readonly saveRescueCopy: boolean;
  /** It may be another answer the next time. */
  readonly checkAgain: boolean;
}

export function choicesOf(risk: Risk): Choices {
  const { notDownloaded, notImported, unreadable, locked } = risk.losses;
  const lacksKey = risk.kind === "unknown" && risk.reason === "no-decryption-key";
  const isDark = risk.kind === "unknown" && !lacksKey;
  return {
    enterRecoveryKey: lacksKey,
    finish: isDark || notDownloaded > 0 || (!lacksKey && notImported > 0),
    saveRescueCopy: notImported + unreadable + locked > 0,
    checkAgain: isDark,
  };
}

/** What must be asked of the run so that it goes on; `null` if it does already. */
export function wishToFinish(
  state: KeyBackupSyncState,
): (new (init: RequestEventInit) => KeyBackupRequestEvent) | null {
  if (canResume(state)) return KeyBackupResumeRequestEvent;
  return canStart(state) ? KeyBackupStartRequestEvent : null;
}
