/**
 * A reset of the key backup by a client of this page: what was there before is noted on this device until there is a new backup, so that a
 * reset that breaks off is known for what it is, also after a reload.
 */
import type { CryptoStore, Host } from "./host.js";
import type { ResetOutcome } from "./protocol.js";
import { resetLockOf, unlessResetting, whileResetting } from "./reset-lock.js";
import type { WorkerLink } from "./worker-link.js";

/** Milliseconds: the reset is the client's, and must not wait for a homeserver that does not answer us, or for a worker that cannot load. */
const LONGEST_NOTE = 10_000;

export interface ResettingOptions {
  /** Of the lock. */
  readonly name: string;
  readonly cryptoStore: CryptoStore;
  readonly worker: () => WorkerLink;
  /** It begins. */
  readonly onBegin: () => void;
  /** Whoever looks at what is noted knows of it from now on, in whatever tab. */
  readonly onNoted: () => void;
  /** It has ended, in whatever way; `null`: nobody can tell what became of it. */
  readonly onEnd: (outcome: ResetOutcome | null) => Promise<void>;
}

export class Resetting {
  readonly #options: ResettingOptions;
  #isGoingOn = false;

  constructor(options: ResettingOptions) {
    this.#options = options;
  }

  get isGoingOn(): boolean {
    return this.#isGoingOn;
  }

  /** One in the midst of another is a part of that. */
  async during<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#isGoingOn) return work();
    this.#isGoingOn = true;
    this.#options.onBegin();
    let outcome: ResetOutcome | null = null;
    try {
      return await whileResetting(this.#options.name, async () => {
        await this.#asked("noteReset");
        this.#options.onNoted();
        try {
          return await work();
        } finally {
          outcome = await this.#asked("resetOutcome");
        }
      });
    } finally {
      this.#isGoingOn = false;
      await this.#options.onEnd(outcome);
    }
  }

  /** `null` where nobody can tell in time. */
  async #asked(call: "noteReset" | "resetOutcome"): Promise<ResetOutcome | null> {
    const tooLate = new Promise<null>((resolve) => setTimeout(() => resolve(null), LONGEST_NOTE));
    return Promise.race([this.#ask(call), tooLate]);
  }

  async #ask(call: "noteReset" | "resetOutcome"): Promise<ResetOutcome | null> {
    try {
      const { cryptoStore, worker } = this.#options;
      return await worker().call(call, [await cryptoStore.getDecryptionKey()]);
    } catch {
      return null;
    }
  }
}

/** Whether one that was begun on this device did not finish. Where nobody can tell, or one goes on, it is not known. */
export async function isResetUnfinished(link: WorkerLink, { account, cryptoStore }: Host): Promise<boolean> {
  try {
    if (!(await link.call("hasResetNote", []))) return false;
    const key = await cryptoStore.getDecryptionKey();
    return (await unlessResetting(resetLockOf(account), () => link.call("resetOutcome", [key]))) === "unfinished";
  } catch {
    return false;
  }
}
