/**
 * Has Chromium collect its garbage before too much of one kind has piled up. crypto-wasm looks up each room key in an IndexedDB transaction
 * of its own, and what Chromium holds of those that are over goes with the next collection, all in one block: 12 to 17 µs for each. By itself
 * it collects after some 3,000 where the app is small, and after 30,000 where it has 100 MB of objects: 0.4 s. See bench/README.md.
 */

/**
 * Room keys from one collection to the next. Each collection takes the longer the more there is on the heap, and is worth waiting for: a room
 * key for so many bytes, within bounds.
 */
const BYTES_FOR_EACH = 80_000;
const FEWEST = 300;
const MOST = 1500;
/** Of the heap: Chromium allows itself to grow by some such factor before it collects. */
const GROWTH = 3;
/** Bytes. By so many more a heap may grow that holds little. */
const LEAST_PRESSURE = 192_000_000;
/** Of the largest heap, which is 4 GB on a desktop. From a half of that on, Chromium would drop everything else to collect. */
const GREATEST_PART = 1 / 4;

/**
 * Chromium alone has it. Bytes, garbage included; rough, and up to 20 minutes old, where a process has pages of several sites.
 * @see https://developer.mozilla.org/en-US/docs/Web/API/Performance/memory
 */
interface HeapSizes {
  readonly usedJSHeapSize: number;
  readonly jsHeapSizeLimit: number;
}

type Transferable = ArrayBuffer & { transfer?(length: number): ArrayBuffer };

let uncollected = 0;
/** Bytes: halved each time that so many are refused, as long as the page lives. */
let mostAtOnce = Number.POSITIVE_INFINITY;

/** @param roomKeys that are looked up by this work, however it ends */
export async function collectingInTime<Value>(roomKeys: number, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } finally {
    uncollected += roomKeys;
    const { memory } = performance as Performance & { readonly memory?: HeapSizes };
    if (memory && uncollected >= mostUncollected(memory)) {
      uncollected = 0;
      allocateForAMoment(Math.min(pressureOn(memory), mostAtOnce));
    }
  }
}

function mostUncollected({ usedJSHeapSize }: HeapSizes): number {
  return Math.min(Math.max(FEWEST, usedJSHeapSize / BYTES_FOR_EACH), MOST);
}

/** How many bytes more make Chromium collect. */
function pressureOn({ usedJSHeapSize, jsHeapSizeLimit }: HeapSizes): number {
  return Math.min(Math.max(LEAST_PRESSURE, usedJSHeapSize * GROWTH), jsHeapSizeLimit * GREATEST_PART);
}

/**
 * Chromium counts memory when it is asked for, and begins to collect beside all else. It is given back at once, and never touched: it takes
 * no room (but on Windows, for this moment, of what all programs may ask for).
 */
function allocateForAMoment(bytes: number): void {
  try {
    const { transfer }: Partial<Transferable> = ArrayBuffer.prototype;
    // Else it could not be given back.
    if (transfer) transfer.call(new ArrayBuffer(bytes), 0);
  } catch {
    // It would look for them in vain each time, which takes long.
    mostAtOnce = bytes / 2;
  }
}
