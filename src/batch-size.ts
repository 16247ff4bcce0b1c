/**
 * How many room keys to import at once, on this device and now. Two sizes: what one call of the crypto store takes is as much as
 * keeps the main thread's blocks short; a batch, after which the place in the spool is kept, is several of these calls, since keeping
 * the place costs as much as some ten keys.
 */

/** Milliseconds. What a pause waits for, and what is imported again if the page dies. */
const BATCH_TARGET = 300;
/** Fewer cost as much. */
export const FEWEST_AT_ONCE = 16;
const MOST_AT_ONCE = 256;
const MOST_OF_A_BATCH = 512;
/** How much one measurement counts against those before it. */
const WEIGHT = 0.3;

export class BatchSize {
  readonly #blockTarget: () => number;
  readonly #blockPerKey = new Average();
  readonly #timePerKey = new Average();
  /** No more than twice as many as were measured. */
  #mostAtOnce = FEWEST_AT_ONCE;
  #mostOfABatch = FEWEST_AT_ONCE;

  /** @param blockTarget milliseconds that a call may block the main thread, as of now: the crypto store does when it writes */
  constructor(blockTarget: () => number) {
    this.#blockTarget = blockTarget;
  }

  /** Room keys of one call of the crypto store. */
  get atOnce(): number {
    return Math.max(FEWEST_AT_ONCE, Math.min(this.#mostAtOnce, this.#blockPerKey.fitsIn(this.#blockTarget())));
  }

  /** Room keys of a batch. */
  get batch(): number {
    return Math.max(this.atOnce, Math.min(this.#mostOfABatch, this.#timePerKey.fitsIn(BATCH_TARGET)));
  }

  blocked(keys: number, milliseconds: number): void {
    this.#blockPerKey.add(milliseconds / keys);
    this.#mostAtOnce = Math.min(MOST_AT_ONCE, Math.max(this.#mostAtOnce, keys * 2));
  }

  took(keys: number, milliseconds: number): void {
    this.#timePerKey.add(milliseconds / keys);
    this.#mostOfABatch = Math.min(MOST_OF_A_BATCH, Math.max(this.#mostOfABatch, keys * 2));
  }
}

/** Milliseconds a room key: follows what is measured, a part of the way each time. */
class Average {
  #value: number | null = null;

  add(measured: number): void {
    const before = this.#value ?? measured;
    this.#value = before + (measured - before) * WEIGHT;
  }

  /** How many room keys that makes. */
  fitsIn(milliseconds: number): number {
    return this.#value === null ? Number.POSITIVE_INFINITY : Math.floor(milliseconds / this.#value);
  }
}
