/**
 * Shows that no key is lost to a reset of the backup: `npm run test:reset -- --runs 50`. The tests of test/reset/ in all three engines, then
 * runs that mix resets, kills and sign-outs on accounts of a real Synapse. It prints its seed: `--seed S` repeats all runs, `--seed S --run K` one.
 */
import { randomInt } from "node:crypto";
import { closingLine, resets } from "../test/reset/resets.mjs";
import { howToGet, isInstalled } from "../test/support/browsers/installed.mjs";
import { print } from "../test/support/print.mjs";
import { runAsCommand } from "./as-command.mjs";
import { parseSeededRuns, SEEDS } from "./seeded-runs.mjs";
import { testInBrowsers } from "./test-browsers.mjs";

const USAGE = "npm run test:reset -- [--runs 50] [--seed S [--run K]]";
const RUNS = 50;
const FILES = ["test/reset/*.test.ts"];

/**
 * Each run is a test. Without a seed it is another one each time.
 * @param {{ runs: readonly number[], seed?: number | undefined }} what @returns {Promise<import("../test/support/totals.mjs").Totals>}
 */
export async function testResets({ runs, seed = randomInt(SEEDS) }) {
  if (!isInstalled("chromium")) throw new Error(howToGet(["chromium"]));
  const outcomes = await resets({ seed, runs });
  print(closingLine(outcomes));
  const passed = outcomes.filter(({ faults }) => faults.length === 0).length;
  return { passed, failed: outcomes.length - passed, skipped: 0 };
}

async function main() {
  const what = parseSeededRuns(RUNS, USAGE);
  const calls = what.runs.length > 1 ? await testInBrowsers({ files: FILES }) : { passed: 0, failed: 0, skipped: 0 };
  const totals = await testResets(what);
  const [passed, failed] = [calls.passed + totals.passed, calls.failed + totals.failed];
  print(`test:reset: ${passed} of ${passed + failed} held`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

await runAsCommand(import.meta.url, main);
