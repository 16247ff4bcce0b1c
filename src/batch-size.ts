/**
 * How many room keys to import at once, on this device and now. Two sizes: what one call of the crypto store takes is as much as
 * keeps the main thread's blocks short; a batch, after which the place in the spool is kept, is several of these calls, since keeping
 * the place costs as much as some ten keys.
 */

/** Milliseconds. The crypto store blocks the main thread when it writes: half a frame, so that the app has the other half. */
const BLOCK_TARGET = 8;
/** Milliseconds. What a pause waits for, and what is imported again if the page dies. */
const BATCH_TARGET = 300;
const FEWEST_AT_ONCE = 16;
const MOST_AT_ONCE = 256;
const MOST_OF_A_BATCH = 512;
/** How much one measurement counts against those before it. */
const WEIGHT = 0.2;

export class BatchSize {
  readonly #blockPerKey = new Average();
  readonly #timePerKey = new Average();
  #atOnce = FEWEST_AT_ONCE;
  #batch = FEWEST_AT_ONCE;

  /** Room keys of one call of the crypto store. */
  get atOnce(): number {
    return this.#atOnce;
  }

  /** Room keys of a batch. */
  get batch(): number {
    return Math.max(this.#batch, this.#atOnce);
  }

  blocked(keys: number, milliseconds: number): void {
    const fits = Math.floor(BLOCK_TARGET / this.#blockPerKey.add(milliseconds / keys));
    this.#atOnce = Math.min(MOST_AT_ONCE, Math.max(FEWEST_AT_ONCE, Math.min(fits, this.#atOnce * 2)));
  }

  took(keys: number, milliseconds: number): void {
    const fits = Math.floor(BATCH_TARGET / this.#timePerKey.add(milliseconds / keys));
    this.#batch = Math.min(MOST_OF_A_BATCH, Math.max(FEWEST_AT_ONCE, Math.min(fits, this.#batch * 2)));
  }
}

/** Follows what is measured, a part of the way each time. */
class Average {
  #value: number | null = null;

  add(measured: number): number {
    const before = this.#value ?? measured;
    this.#value = before + (measured - before) * WEIGHT;
    return this.#value;
  }
}
