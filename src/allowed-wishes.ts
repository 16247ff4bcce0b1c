/** Whether a wish makes sense in a state: one that does not is done with at once, and changes nothing. */
import { canPause, canResume, canStart, canStop, type KeyBackupSyncState } from "./state.js";
import type { TabWish } from "./tab-messages.js";

export const IS_ALLOWED: Readonly<Record<TabWish, (state: KeyBackupSyncState) => boolean>> = {
  start: canStart,
  // No button offers it as long as there is nothing to be shown as paused, but whoever asks for it is right.
  pause: (state) => canPause(state) || state.status === "checking",
  resume: canResume,
  stop: canStop,
  "go-on": (state) => state.status === "waiting" && state.reason === "decryption-key",
  erase: () => true,
  "look-again": ({ status }) => status !== "idle" && status !== "paused" && status !== "failed",
};
