/** What a page of the benchmark offers to bench/round.mjs, and how it tells when what is measured began and ended. */
import type { Account } from "./client.js";

/** Milliseconds from the start. */
export interface Times {
  readonly first_key_ms: number;
  readonly safe_ms: number;
  readonly imported_ms: number;
  /** Room keys in the crypto store afterwards. */
  readonly imported: number;
}

export interface Side {
  /** All that comes before the download and is the same on both sides. */
  prepare(account: Account): Promise<void>;
  run(): Promise<Times>;
}

declare global {
  var side: Side;
}

/** The trace knows the thread and the time of these two marks. */
export async function between<T>(work: (elapsed: () => number) => Promise<T>): Promise<T> {
  const { startTime } = performance.mark("bench-start");
  const result = await work(() => performance.now() - startTime);
  performance.mark("bench-end");
  return result;
}
