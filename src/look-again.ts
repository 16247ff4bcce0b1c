/** When to look whether the backup has something new: when the client hears of another one, and every hour. */
import type { Host } from "./host.js";

/** Milliseconds. */
const EVERY = 3_600_000;

/** Calls back until what it returns is called. */
export function whenToLookAgain(host: Host, listener: () => void): () => void {
  const timer = setInterval(listener, EVERY);
  const unsubscribe = host.onBackupChange(listener);
  return () => {
    clearInterval(timer);
    unsubscribe();
  };
}
