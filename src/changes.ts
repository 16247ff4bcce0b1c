/** Something that changes again and again, to be waited for without missing a change that came in the meantime. */
export class Changes {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** How many there were so far. */
  get count(): number {
    return this.#count;
  }

  note(): void {
    this.#count++;
    for (const resolve of [...this.#waiting]) resolve();
  }

  /** Resolves as soon as there are more than that. Rejects with the abort's reason. */
  moreThan(count: number, signal: AbortSignal): Promise<void> {
    if (this.#count > count) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#waiting.delete(noted);
        signal.removeEventListener("abort", aborted);
        settle();
      };
      const noted = () => end(resolve);
      const aborted = () => end(() => reject(signal.reason));
      this.#waiting.add(noted);
      if (signal.aborted) aborted();
      else signal.addEventListener("abort", aborted);
    });
  }
}
