/**
 * How many room keys to import at once. The crypto store writes a batch in one go on the main thread: a batch is as large as fits into
 * the time that a block may take, on this device and now.
 */

/** Milliseconds an import of one batch should take. It is spread over several tasks, of which the longest stays under 16 ms. */
const TARGET = 24;
const FEWEST = 4;
const MOST = 256;
/** How much one measurement counts against those before it. */
const WEIGHT = 0.2;

export class BatchSize {
  #keys = 16;
  #millisecondsPerKey: number | null = null;

  get keys(): number {
    return this.#keys;
  }

  took(keys: number, milliseconds: number): void {
    if (keys === 0) return;
    const measured = milliseconds / keys;
    const before = this.#millisecondsPerKey ?? measured;
    this.#millisecondsPerKey = before + (measured - before) * WEIGHT;
    const fits = Math.floor(TARGET / this.#millisecondsPerKey);
    this.#keys = Math.min(MOST, Math.max(FEWEST, Math.min(fits, this.#keys * 2)));
  }
}
