/** The line between client and homeserver: its speed, its faults. It knows nothing of what passes. */
import { setTimeout as sleep } from "node:timers/promises";
import type { MatrixError } from "./answer.js";
import type { LineSettings } from "./said.js";

/** A homeserver of some size, over a mobile network. */
const REALISTIC: LineSettings = { bytesPerSecond: 1_000_000, firstByteDelay: 1000, offline: false };

/** A timer is not exact below this many milliseconds: what is due sooner may pass at once. */
const BURST = 10;

export class Line {
  #settings = REALISTIC;
  #freeAt = 0;
  #failures: MatrixError[] = [];
  readonly #open = new Set<() => void>();

  get settings(): LineSettings {
    return this.#settings;
  }

  change(settings: Partial<LineSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
    this.#freeAt = 0;
    if (this.#settings.offline) this.drop();
  }

  /** Breaks whatever is being sent. */
  drop(): void {
    for (const cut of this.#open) cut();
  }

  /** The next requests for room keys of a backup fail with this. */
  failNext(failure: MatrixError, times = 1): void {
    this.#failures.push(...Array.from({ length: times }, () => failure));
  }

  /** Calls `cut` when the line breaks, until the returned function is called. */
  opened(cut: () => void): () => void {
    this.#open.add(cut);
    return () => this.#open.delete(cut);
  }

  /** @throws MatrixError as told by failNext */
  async prepareRoomKeys(signal: AbortSignal): Promise<void> {
    const failure = this.#failures.shift();
    if (failure) throw failure;
    await sleep(this.#settings.firstByteDelay, undefined, { signal });
  }

  /** Resolves when so many bytes have passed: all answers share the one line. */
  async pass(bytes: number, signal: AbortSignal): Promise<void> {
    const { bytesPerSecond } = this.#settings;
    if (bytesPerSecond === null) return;
    const now = performance.now();
    this.#freeAt = Math.max(this.#freeAt, now) + (bytes / bytesPerSecond) * 1000;
    const wait = this.#freeAt - now;
    if (wait > BURST) await sleep(wait, undefined, { signal });
  }
}
