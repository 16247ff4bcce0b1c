/**
 * Kills page, worker and browser at random points of the download, with a real Synapse: `npm run test:chaos -- --runs 200`.
 * It prints its seed: `--seed S` repeats all of it, `--seed S --run K` one run.
 */
import { randomInt } from "node:crypto";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { chaos, closingLine } from "../test/chaos/chaos.mjs";
import { howToGet, isInstalled } from "../test/support/browsers/installed.mjs";

const USAGE = "npm run test:chaos -- [--runs 20] [--seed S [--run K]]";
const SEEDS = 1_000_000_000;

/**
 * Each run is a test. Without a seed it is another one each time.
 * @param {{ runs: readonly number[], seed?: number | undefined }} what @returns {Promise<import("../test/support/totals.mjs").Totals>}
 */
export async function testChaos({ runs, seed = randomInt(SEEDS) }) {
  if (!isInstalled("chromium")) throw new Error(howToGet(["chromium"]));
  const outcomes = await chaos({ seed, runs });
  console.log(closingLine(outcomes));
  const passed = outcomes.filter(({ faults }) => faults.length === 0).length;
  return { passed, failed: outcomes.length - passed, skipped: 0 };
}

/** @param {number} count */
export function firstRuns(count) {
  return Array.from({ length: count }, (_, run) => run);
}

async function main() {
  const text = /** @type {const} */ ({ type: "string" });
  const { values } = parseArgs({ options: { runs: text, seed: text, run: text } });
  const [runs = 20, seed, run] = [values.runs, values.seed, values.run].map(wholeNumber);
  const totals = await testChaos({ seed, runs: run === undefined ? firstRuns(runs) : [run] });
  if (totals.failed > 0 || totals.passed === 0) process.exitCode = 1;
}

/** @param {string | undefined} text */
function wholeNumber(text) {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`Not a number: ${text}. ${USAGE}`);
  return Number(text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main().catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
