/**
 * Unlocks backups by what the user entered. Where the homeserver cannot be asked now, keeps it in memory, nowhere else, and tries again
 * until the homeserver answers, or until it is told to forget it.
 */
import { abortWith } from "./abort-with.js";
import { Changes } from "./changes.js";
import { isFault, KeyBackupSyncError } from "./errors.js";
import { retryDelay, untilRetry } from "./retries.js";
import { unlessAborted } from "./unless-aborted.js";
import type { WorkerLink } from "./worker-link.js";

export interface UnlockOptions {
  /** Ends the attempt, and forgets what was entered. */
  readonly signal?: AbortSignal | undefined;
}

export class Unlocking {
  readonly #worker: () => WorkerLink;
  readonly #onUnlocked: () => Promise<void>;
  readonly #wakes = new Changes();
  #kept: AbortController | null = null;

  /** @param onUnlocked called when some backup is unlocked: its keys can be imported */
  constructor(worker: () => WorkerLink, onUnlocked: () => Promise<void>) {
    this.#worker = worker;
    this.#onUnlocked = onUnlocked;
  }

  /** Forgets what was entered before. @throws KeyBackupSyncError see `KeyBackupSyncController.unlock` */
  async unlock(text: string, given?: AbortSignal): Promise<void> {
    given?.throwIfAborted();
    const kept = this.#keep(given);
    try {
      const call = this.#worker().call("unlock", [text], kept.signal);
      const { isUnchecked } = await (given ? unlessAborted(call, given) : call);
      if (isUnchecked)
        this.#tryAgain(text, new KeyBackupSyncError("recovery-key-unchecked"), kept.signal).catch(() => {});
      else kept.abort();
    } catch (cause) {
      given?.throwIfAborted();
      if (!isFault(cause, "recovery-key-unchecked")) throw cause;
      const outcome = this.#tryAgain(text, cause, kept.signal);
      outcome.catch(() => {});
      const { code, retryAfterMs } = cause;
      throw new KeyBackupSyncError(code, { cause, retryAfterMs, outcome });
    }
    await this.#onUnlocked();
  }

  /** The homeserver may answer now. */
  wake(): void {
    this.#wakes.note();
  }

  forget(): void {
    this.#kept?.abort();
    this.#kept = null;
  }

  #keep(given?: AbortSignal): AbortController {
    this.forget();
    this.#kept = given ? abortWith(given) : new AbortController();
    return this.#kept;
  }

  /** @throws what another try says of it; AbortError once it is forgotten */
  async #tryAgain(text: string, cause: KeyBackupSyncError, signal: AbortSignal): Promise<void> {
    let last = cause;
    for (let failures = 1; ; failures++) {
      await this.#rest(last, failures, signal);
      try {
        const { isUnchecked } = await this.#worker().call("unlock", [text], signal);
        if (!isUnchecked) return await this.#onUnlocked();
      } catch (next) {
        if (!isFault(next, "recovery-key-unchecked", "worker-crashed")) throw next;
        last = next;
      }
    }
  }

  /** A homeserver that asked for a break gets it. */
  async #rest(last: KeyBackupSyncError, failures: number, signal: AbortSignal): Promise<void> {
    const { count } = this.#wakes;
    const ended = abortWith(signal);
    const rest = untilRetry(retryDelay(last, failures), ended.signal);
    const woken = last.retryAfterMs === null ? this.#wakes.moreThan(count, ended.signal) : rest;
    try {
      await Promise.race([rest, woken]);
    } finally {
      ended.abort();
      await Promise.allSettled([rest, woken]);
    }
  }
}
