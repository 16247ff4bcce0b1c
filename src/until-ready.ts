/** Waits for something that no event tells of: it asks again and again, less and less often. */

/** Milliseconds. */
const FIRST = 100;
const LONGEST = 2000;
const GROWTH = 1.5;

export class UntilReady {
  readonly #onReady: () => void;
  readonly #longest: number;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** @param longest milliseconds between two looks */
  constructor(onReady: () => void, longest = LONGEST) {
    this.#onReady = onReady;
    this.#longest = longest;
  }

  /** In place of what it waited for before. */
  wait(isReady: () => boolean, delay = FIRST): void {
    this.stop();
    this.#timer = setTimeout(() => {
      if (isReady()) this.#onReady();
      else this.wait(isReady, Math.min(delay * GROWTH, this.#longest));
    }, delay);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
