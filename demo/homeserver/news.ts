/** Where the homeserver's stream of events is, and how to wait for more. It knows nothing of what is in it. */

export class News {
  #position = 1;
  readonly #waiting = new Set<() => void>();

  get position(): number {
    return this.#position;
  }

  /** Something happened: wakes all that wait. @returns its position */
  add(): number {
    this.#position += 1;
    for (const wake of this.#waiting) wake();
    return this.#position;
  }

  /** Resolves when there is more than `since`, after the timeout, or when aborted. */
  async after(since: number, timeout: number, signal: AbortSignal): Promise<void> {
    if (this.#position > since || timeout <= 0) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, timeout);
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}
