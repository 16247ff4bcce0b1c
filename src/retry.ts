/** When to try again, and the wait until then. */
import type { KeyBackupSyncError } from "./errors.js";

const FIRST_DELAY = 1000;
const LONGEST_DELAY = 60_000;

/** Milliseconds to wait: what the homeserver asked for, or doubling from a second to a minute, each with up to a quarter of jitter. */
export function retryDelay({ retryAfterMs }: KeyBackupSyncError, failuresInARow: number): number {
  const backOff = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (failuresInARow - 1));
  return (retryAfterMs ?? backOff) * (1 + Math.random() / 4);
}

/** Resolves after that time, or as soon as the device is online again. Rejects with the abort's reason. */
export function untilRetry(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    const end = (settle: () => void) => {
      clearTimeout(timer);
      ended.abort();
      settle();
    };
    const timer = setTimeout(() => end(resolve), milliseconds);
    const options = { signal: ended.signal };
    self.addEventListener("online", () => end(resolve), options);
    signal.addEventListener("abort", () => end(() => reject(signal.reason)), options);
  });
}
