/** Answers a client that restores the whole key backup by itself from our run: the backup is downloaded once, and not in two ways at a time. */
import type { KeyBackupSyncController } from "./controller.js";
import { controllerFor, type MatrixClientLike } from "./from-matrix-client.js";
import { failedCount, type KeyBackupSyncState, type Progress, syncOf } from "./state.js";
import { wrapMethod } from "./wrap-method.js";

/** As matrix-js-sdk gives it to `restoreKeyBackup({ progressCallback })`. */
interface RestoreProgress {
  readonly stage: "load_keys";
  readonly total: number;
  readonly successes: number;
  readonly failures: number;
}

interface RestoreOptions {
  readonly progressCallback?: (progress: RestoreProgress) => void;
}

/** Milliseconds: clients restore as soon as they have the decryption key, and the run hears of that key a moment later. */
const HEARS_OF_KEY_WITHIN = 3000;

/** How a run ends for the caller: with every key, or without, and then the client does it in its own way. */
type Outcome = Progress | "not-here";

/**
 * From now on `client.getCrypto().restoreKeyBackup()` starts our run, or joins it, and resolves when every key is imported. Where that run
 * cannot help (it has no decryption key, it failed, the user paused or stopped it), the client restores by itself.
 *
 * @param client after `initRustCrypto()`
 * @returns how to take it off again
 * @throws TypeError if the client has no crypto
 */
export function guardRestore(client: MatrixClientLike): () => void {
  const crypto = client.getCrypto();
  if (!crypto) throw new TypeError("key-backup-sync: the client has no crypto: call initRustCrypto() first");
  const restore = wrapMethod(crypto, "restoreKeyBackup", async ([options], work) => {
    const outcome = await restored(controllerFor(client), (options ?? {}) as RestoreOptions);
    return outcome === "not-here" ? work() : { total: outcome.total, imported: outcome.imported };
  });
  return restore ?? (() => {});
}

async function restored(run: KeyBackupSyncController, { progressCallback }: RestoreOptions): Promise<Outcome> {
  await run.autoStart();
  return new Promise((resolve) => {
    let patience: ReturnType<typeof setTimeout> | null = null;
    const end = (outcome: Outcome) => {
      run.removeEventListener("statechange", follow);
      resolve(outcome);
    };
    const follow = () => {
      const progress = syncOf(run.state)?.progress;
      if (progress) progressCallback?.(told(progress));
      if (patience !== null) clearTimeout(patience);
      patience = lacksKey(run.state) ? setTimeout(() => end("not-here"), HEARS_OF_KEY_WITHIN) : null;
      const outcome = outcomeOf(run.state);
      if (outcome) end(outcome);
    };
    run.addEventListener("statechange", follow);
    follow();
  });
}

function lacksKey(state: KeyBackupSyncState): boolean {
  return state.status === "waiting" && state.reason === "decryption-key";
}

/** `null` as long as it is on its way. Whether a decryption key comes is seen by the clock. */
function outcomeOf(state: KeyBackupSyncState): Outcome | null {
  switch (state.status) {
    case "complete":
      return state.progress;
    case "idle":
    case "failed":
    case "paused":
    case "unavailable":
      return "not-here";
    case "waiting":
      return state.reason === "metered" ? "not-here" : null;
    case "checking":
    case "resetting":
    case "downloading":
    case "importing":
      return null;
  }
}

function told(progress: Progress): RestoreProgress {
  const { total, imported: successes } = progress;
  return { stage: "load_keys", total, successes, failures: failedCount(progress) };
}
