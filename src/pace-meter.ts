/** How fast it goes, from the counts of the last seconds. */
import { failedCount, type Pace, type Progress } from "./state.js";

const WINDOW = 10_000;
const SHORTEST = 500;
const BETWEEN_SAMPLES = 250;

interface Sample {
  readonly time: number;
  readonly done: number;
}

export class PaceMeter {
  #samples: Sample[] = [];
  #isImporting = false;

  /** @param now milliseconds of a monotonic clock */
  measure(progress: Progress, now: number): Pace | null {
    const settled = progress.imported + failedCount(progress);
    if (settled > 0 && !this.#isImporting) this.#restart();
    const done = this.#isImporting ? settled : progress.downloaded;
    this.#add({ time: now, done });
    const first = this.#samples[0];
    if (!first || now - first.time < SHORTEST || done <= first.done) return null;
    const keysPerSecond = ((done - first.done) / (now - first.time)) * 1000;
    return { keysPerSecond, secondsLeft: Math.max(0, progress.total - done) / keysPerSecond };
  }

  #restart(): void {
    this.#isImporting = true;
    this.#samples = [];
  }

  #add(sample: Sample): void {
    const last = this.#samples.at(-1);
    if (last && sample.time - last.time < BETWEEN_SAMPLES) return;
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.time - (this.#samples[0] as Sample).time > WINDOW) this.#samples.shift();
  }
}
