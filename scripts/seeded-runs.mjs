/** The options of tests that do the same thing again and again, each time otherwise, all of it by a seed. */
import { parseArgs } from "node:util";

/** How many there are. */
export const SEEDS = 1_000_000_000;

/** @param {number} count */
export function firstRuns(count) {
  return Array.from({ length: count }, (_, run) => run);
}

/** Of the command line: `--runs`, `--seed`, `--run`. @param {number} count of runs, if that is not told @param {string} usage */
export function parseSeededRuns(count, usage) {
  const text = /** @type {const} */ ({ type: "string" });
  const { values } = parseArgs({ options: { runs: text, seed: text, run: text } });
  const [runs = count, seed, run] = [values.runs, values.seed, values.run].map((value) => wholeNumber(value, usage));
  return { seed, runs: run === undefined ? firstRuns(runs) : [run] };
}

/** @param {string | undefined} text @param {string} usage */
function wholeNumber(text, usage) {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`Not a number: ${text}. ${usage}`);
  return Number(text);
}
