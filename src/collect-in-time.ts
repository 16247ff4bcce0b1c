/**
 * Has Chromium collect its garbage before too much of one kind has piled up. crypto-wasm looks up each room key in an IndexedDB transaction
 * of its own, and what Chromium holds of one that is over goes with the next collection, all in one block: some 15 µs each. By itself
 * it collects after 2,500 keys where the app is small, which blocks it for 70 ms, and after 30,000 where it has 100 MB of objects: 0.5 s.
 */

/**
 * Room keys looked up from one collection to the next. Each collection takes the longer the more there is on the heap, and is worth waiting
 * for: a room key for so many bytes, within bounds.
 */
const BYTES_FOR_EACH = 80_000;
const FEWEST = 600;
const MOST = 1500;
/** Of what lives on the heap. Chromium allows itself to grow by some such factor before it collects. */
const GROWTH = 3;
/** Bytes. A heap that holds little may grow by so much more. */
const LEAST_PRESSURE = 192_000_000;
/** Of the largest heap. From a half of it on, Chromium would drop everything else to collect. */
const GREATEST_PRESSURE = 1 / 4;

/** Chromium alone has it. Bytes. @see https://developer.mozilla.org/en-US/docs/Web/API/Performance/memory */
interface HeapSizes {
  readonly usedJSHeapSize: number;
  readonly jsHeapSizeLimit: number;
}

let uncollected = 0;
let isRefused = false;

/** To be told of all room keys that are looked up, a few at a time. */
export function collectInTime(lookedUp: number): void {
  uncollected += lookedUp;
  const { memory } = performance as Performance & { readonly memory?: HeapSizes };
  if (!memory || isRefused || uncollected < mostUncollected(memory)) return;
  uncollected = 0;
  allocateForAMoment(pressureOn(memory));
}

/** Room keys. */
function mostUncollected({ usedJSHeapSize }: HeapSizes): number {
  return Math.min(Math.max(FEWEST, usedJSHeapSize / BYTES_FOR_EACH), MOST);
}

/** How many bytes more make Chromium collect. */
function pressureOn({ usedJSHeapSize, jsHeapSizeLimit }: HeapSizes): number {
  return Math.min(Math.max(LEAST_PRESSURE, usedJSHeapSize * GROWTH), jsHeapSizeLimit * GREATEST_PRESSURE);
}

/** Memory that is never touched takes no room, and next to no time; but Chromium counts it, and begins to collect beside all else. */
function allocateForAMoment(bytes: number): void {
  try {
    const buffer: ArrayBuffer & { transfer?(length: number): ArrayBuffer } = new ArrayBuffer(bytes);
    buffer.transfer?.(0);
  } catch {
    // A device without so much address space: it would look for it in vain each time, which takes long.
    isRefused = true;
  }
}
