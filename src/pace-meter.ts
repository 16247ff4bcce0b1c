/** How fast something goes, from the counts of the last seconds. */
import { failedCount, type Pace, type Progress } from "./state.js";

const WINDOW = 10_000;
const SHORTEST = 500;
const BETWEEN_SAMPLES = 250;

interface Sample {
  readonly time: number;
  readonly done: number;
}

export class PaceMeter {
  readonly #samples: Sample[] = [];

  /** @param now milliseconds of a monotonic clock */
  measure(done: number, total: number, now: number): Pace | null {
    this.#add({ time: now, done });
    const first = this.#samples[0];
    if (!first || now - first.time < SHORTEST || done <= first.done) return null;
    const keysPerSecond = ((done - first.done) / (now - first.time)) * 1000;
    return { keysPerSecond, secondsLeft: Math.max(0, total - done) / keysPerSecond };
  }

  #add(sample: Sample): void {
    const last = this.#samples.at(-1);
    if (last && sample.time - last.time < BETWEEN_SAMPLES) return;
    this.#samples.push(sample);
    while (this.#samples.length > 2 && sample.time - (this.#samples[0] as Sample).time > WINDOW) this.#samples.shift();
  }
}

/** Of a run: of its import, or of its download as long as nothing is imported. */
export class RunPace {
  #meter = new PaceMeter();
  #isImporting = false;

  /** @param now milliseconds of a monotonic clock */
  measure(progress: Progress, now: number): Pace | null {
    const settled = progress.imported + failedCount(progress);
    if (settled > 0 && !this.#isImporting) {
      this.#isImporting = true;
      this.#meter = new PaceMeter();
    }
    return this.#meter.measure(this.#isImporting ? settled : progress.downloaded, progress.total, now);
  }
}
