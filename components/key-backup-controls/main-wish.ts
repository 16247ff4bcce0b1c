/** What the main button is for. It is one button in all states, so that the focus stays on it when Pause turns into Resume. */
import { canPause, canResume, canStart, isResetUnfinished, type KeyBackupSyncState } from "../../src/state.js";
import {
  KeyBackupFinishResetRequestEvent,
  KeyBackupPauseRequestEvent,
  type KeyBackupRequestEvent,
  KeyBackupResumeRequestEvent,
  KeyBackupStartRequestEvent,
  type RequestEventInit,
} from "../events.js";
import type { KeyBackupSyncStrings } from "../strings.js";

export interface MainWish {
  readonly label: keyof KeyBackupSyncStrings["buttons"];
  readonly Request: new (init: RequestEventInit) => KeyBackupRequestEvent;
  /** Whether the state allows it. */
  readonly isAllowed: boolean;
  /** Whether it is what the person most likely wants. */
  readonly isPrimary: boolean;
}

/** `null` where there is nothing to be asked: what goes on ends by itself. */
export function mainWishOf(state: KeyBackupSyncState): MainWish | null {
  if (state.status === "resetting" || (state.status === "waiting" && state.reason === "other-tab")) return null;
  if (canStart(state)) return startWishOf(state);
  if (canResume(state)) {
    const label = state.status === "waiting" ? "downloadAnyway" : "resume";
    return { label, Request: KeyBackupResumeRequestEvent, isAllowed: true, isPrimary: true };
  }
  return { label: "pause", Request: KeyBackupPauseRequestEvent, isAllowed: canPause(state), isPrimary: false };
}

function startWishOf(state: KeyBackupSyncState): MainWish {
  if (isResetUnfinished(state))
    return { label: "finishReset", Request: KeyBackupFinishResetRequestEvent, isAllowed: true, isPrimary: true };
  const wish = { Request: KeyBackupStartRequestEvent, isAllowed: true };
  if (state.status === "idle") return { ...wish, label: "start", isPrimary: true };
  if (state.status !== "failed") return { ...wish, label: "checkAgain", isPrimary: false };
  return { ...wish, label: "tryAgain", isPrimary: state.error.nextMove !== "enter-recovery-key" };
}

/** Whether the recovery key would bring the run on. */
export function needsRecoveryKey(state: KeyBackupSyncState): boolean {
  if (state.status === "waiting") return state.reason === "decryption-key";
  return state.status === "failed" && state.error.nextMove === "enter-recovery-key";
}
