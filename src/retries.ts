/** Tries again as long as waiting helps, longer each time. */
import { KeyBackupSyncError } from "./errors.js";
import { retryDelay, untilRetry } from "./retry.js";
import type { WaitingReason } from "./state.js";

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
