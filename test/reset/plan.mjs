/** How the backup is reset in a run, all of it by the seed. */
import fc from "fast-check";

/** @typedef {import("./page/wire.js").ResetPlan} ResetPlan */

/** @type {fc.Arbitrary<ResetPlan>} */
const plan = fc.record({
  way: fc.constantFrom("unguarded", "unguarded", "unguarded", "anyway", "finish"),
  part: fc.integer({ min: 0, max: 99 }).map((percent) => percent / 100),
  delay: fc.integer({ min: 0, max: 30 }),
  // The client of a host waits up to 10 s: with less it uploads beside the import, too.
  uploadDelay: fc.constantFrom(0, 300, 2000),
});

/** The plan of one run, the same whatever runs there are beside it. @param {number} seed @param {number} run @returns {ResetPlan} */
export function planOf(seed, run) {
  return /** @type {ResetPlan} */ (fc.sample(plan, { seed, numRuns: run + 1, unbiased: true }).at(-1));
}
