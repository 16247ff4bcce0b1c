/** Whether a wish makes sense in a state: one that does not is done with at once, and changes nothing. */
import { isFault, type KeyBackupSyncError } from "./errors.js";
import { canPause, canResume, canStart, canStop, type KeyBackupSyncState } from "./state.js";
import type { TabWish } from "./tab-messages.js";

/** What is the matter with the backup may be over when the account has another one. */
function isOfBackup(error: KeyBackupSyncError): boolean {
  return isFault(error, "decryption-key-mismatch", "malformed-response", "backup-replaced");
}

function isWithoutRun({ status }: KeyBackupSyncState): boolean {
  return status === "idle" || status === "paused";
}

export const IS_ALLOWED: Readonly<Record<TabWish, (state: KeyBackupSyncState) => boolean>> = {
  start: canStart,
  // No button offers it as long as there is nothing to be shown as paused, but whoever asks for it is right.
  pause: (state) => canPause(state) || state.status === "checking",
  resume: canResume,
  stop: canStop,
  "go-on": (state) => state.status === "waiting" && state.reason === "decryption-key",
  erase: () => true,
  "look-again": (state) => (state.status === "failed" ? isOfBackup(state.error) : !isWithoutRun(state)),
};
