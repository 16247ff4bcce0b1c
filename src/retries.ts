/** Tries again as long as waiting helps: when, and for how long. */
import { KeyBackupSyncError } from "./errors.js";
import type { WaitingReason } from "./state.js";

const FIRST_DELAY = 1000;
const LONGEST_DELAY = 60_000;
/** A day: timers of browsers go up to 24 of them. */
const LONGEST_WAIT = 86_400_000;

export interface Wait {
  readonly reason: WaitingReason;
  readonly retryAt: number | null;
}

export class Retries {
  readonly #signal: AbortSignal;
  #failuresInARow = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** There was more progress than ever before: the next failure counts as the first. */
  progressed(): void {
    this.#failuresInARow = 0;
  }

  async until<Value>(work: () => Promise<Value>, onWait: (wait: Wait) => void): Promise<Value> {
    for (;;) {
      try {
        return await work();
      } catch (cause) {
        this.#signal.throwIfAborted();
        if (!isPassing(cause)) throw cause;
        const delay = retryDelay(cause, ++this.#failuresInARow);
        onWait({ reason: waitingReason(cause), retryAt: Date.now() + delay });
        await untilRetry(delay, this.#signal);
      }
    }
  }
}

/** A fault that goes by itself. */
export function isPassing(cause: unknown): cause is KeyBackupSyncError {
  return cause instanceof KeyBackupSyncError && cause.nextMove === "wait";
}

function waitingReason({ code }: KeyBackupSyncError): WaitingReason {
  if (code === "rate-limited") return code;
  return code === "homeserver-unreachable" ? "offline" : "homeserver-error";
}

/** Milliseconds to wait: doubling from a second to a minute, or what the homeserver asked for if that is longer, with up to a quarter of jitter. */
export function retryDelay({ retryAfterMs }: KeyBackupSyncError, failuresInARow: number): number {
  const backOff = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (failuresInARow - 1));
  // A homeserver that asks for no wait at all, or for one without an end, gets neither.
  return Math.min(LONGEST_WAIT, Math.max(backOff, retryAfterMs ?? 0)) * (1 + Math.random() / 4);
}

/** Resolves after that time, or as soon as the device is online again. Rejects with the abort's reason. */
export function untilRetry(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
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
