/**
 * The line to the other tabs of one user and device, and the question whether any of them still answers. It knows nothing of who runs
 * or of what is done with what they say.
 */
import { fromWire, type TabMessage, toWire } from "./tab-messages.js";

export class OtherTabs {
  readonly #name: string;
  readonly #listener: (message: TabMessage) => void;
  #channel: BroadcastChannel | null = null;

  constructor(name: string, listener: (message: TabMessage) => void) {
    this.#name = name;
    this.#listener = listener;
    this.open();
  }

  /** Does nothing if it is open. */
  open(): void {
    if (this.#channel || typeof BroadcastChannel === "undefined") return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      const message = fromWire(data);
      if (message) this.#listener(message);
    });
  }

  say(message: TabMessage): void {
    this.#channel?.postMessage(toWire(message));
  }

  /** Nothing is said and heard any more. Browsers do not keep a page in the back/forward cache that hears something. */
  close(): void {
    this.#channel?.close();
    this.#channel = null;
  }
}

/** Milliseconds. */
const BETWEEN_CALLS = 1000;
/** Calls without an answer: whoever ought to answer is frozen, or of a version that is not understood. */
const SILENT_AFTER = 5;

/**
 * Calls again and again, and tells when nobody answers. It is whoever waits that calls, and counts calls, not time: browsers slow down
 * the timers of hidden tabs, but not the messages by which those answer.
 */
export class RollCall {
  readonly #call: () => void;
  readonly #onSilence: () => void;
  #timer: ReturnType<typeof setInterval> | null = null;
  #unanswered = 0;

  constructor(call: () => void, onSilence: () => void) {
    this.#call = call;
    this.#onSilence = onSilence;
  }

  start(): void {
    this.#unanswered = 0;
    this.#timer ??= setInterval(() => this.#again(), BETWEEN_CALLS);
    this.#call();
  }

  answered(): void {
    this.#unanswered = 0;
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #again(): void {
    if (++this.#unanswered === SILENT_AFTER) this.#onSilence();
    this.#call();
  }
}
