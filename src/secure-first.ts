/**
 * Before a reset that the client starts by itself: waits until it costs nothing. Each room key of the backup is then in the crypto store, or
 * on this device beside the decryption key that opens it.
 */
import type { KeyBackupSafety, ResetAssessment } from "./reset.js";
import { canResume, canStart, type KeyBackupSyncRun, type KeyBackupSyncState, syncOf } from "./state.js";

type Run = KeyBackupSyncRun & KeyBackupSafety & { readonly closed?: boolean };

/**
 * Starts the run if nothing goes on, and waits for it.
 * @returns true when a reset costs nothing more; false as soon as that needs the user, or the run is closed
 */
export async function isSecured(run: Run): Promise<boolean> {
  for (let hasStarted = false; !run.closed; ) {
    const { state } = run;
    if (isSafe(await run.assessReset(), run.state)) return true;
    if (needsUser(state) || (canStart(state) && hasStarted)) return false;
    hasStarted = true;
    if (canStart(state)) await run.start();
    else await otherThan(run, state);
  }
  return false;
}

/**
 * What is downloaded stays on this device, as it came, and is imported after the reset as well, if its decryption key is kept beside it. What is
 * locked has no such key here: whether the user has it, only the user knows.
 */
function isSafe(assessment: ResetAssessment, state: KeyBackupSyncState): boolean {
  if (assessment.older && assessment.older.locked > 0) return false;
  if (assessment.kind !== "at-risk") return assessment.kind === "none";
  const { notDownloaded, unreadable, isKeyInClientOnly } = assessment;
  return notDownloaded + unreadable === 0 && !isKeyInClientOnly && syncOf(state)?.safekeeping === "device";
}

function needsUser(state: KeyBackupSyncState): boolean {
  return canResume(state) || (state.status === "waiting" && state.reason === "decryption-key");
}

/** Resolves when something else goes on, or waits for something else, or the run is closed. */
function otherThan(run: Run, { status, reason }: Pick<KeyBackupSyncState, "status"> & { readonly reason?: unknown }) {
  return new Promise<void>((resolve) => {
    const look = () => {
      const state: { readonly status: string; readonly reason?: unknown } = run.state;
      if (!run.closed && state.status === status && state.reason === reason) return;
      run.removeEventListener("statechange", look);
      run.removeEventListener("close", look);
      resolve();
    };
    run.addEventListener("statechange", look);
    run.addEventListener("close", look);
    look();
  });
}
