/**
 * Kills page, worker and browser at random points of the download, with a real Synapse: `npm run test:chaos -- --runs 200`.
 * It prints its seed: `--seed S` repeats all of it, `--seed S --run K` one run.
 */
import { randomInt } from "node:crypto";
import { chaos, closingLine } from "../test/chaos/chaos.mjs";
import { howToGet, isInstalled } from "../test/support/browsers/installed.mjs";
import { print } from "../test/support/print.mjs";
import { runAsCommand } from "./as-command.mjs";
import { parseSeededRuns, SEEDS } from "./seeded-runs.mjs";

const USAGE = "npm run test:chaos -- [--runs 20] [--seed S [--run K]]";
const RUNS = 20;

/**
 * Each run is a test. Without a seed it is another one each time.
 * @param {{ runs: readonly number[], seed?: number | undefined }} what @returns {Promise<import("../test/support/totals.mjs").Totals>}
 */
export async function testChaos({ runs, seed = randomInt(SEEDS) }) {
  if (!isInstalled("chromium")) throw new Error(howToGet(["chromium"]));
  const outcomes = await chaos({ seed, runs });
  print(closingLine(outcomes));
  const passed = outcomes.filter(({ faults }) => faults.length === 0).length;
  return { passed, failed: outcomes.length - passed, skipped: 0 };
}

async function main() {
  const totals = await testChaos(parseSeededRuns(RUNS, USAGE));
  if (totals.failed > 0 || totals.passed === 0) process.exitCode = 1;
}

await runAsCommand(import.meta.url, main);
