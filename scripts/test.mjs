/**
 * All there is to check: `npm test`. Sets up what is missing, then runs linter, type check, manifest, build, package,
 * the tests in three engines, and a few runs of the chaos test and of the reset test. Its last line counts each of these checks, and each
 * run, as one test.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { addTotals } from "../test/support/totals.mjs";
import { runAsCommand } from "./as-command.mjs";
import { firstRuns } from "./seeded-runs.mjs";
import { setupBrowsers } from "./setup-browsers.mjs";
import { setupSynapse } from "./setup-synapse.mjs";
import { testInBrowsers } from "./test-browsers.mjs";
import { testChaos } from "./test-chaos.mjs";
import { testResets } from "./test-reset.mjs";

/** @typedef {import("../test/support/totals.mjs").Totals} Totals */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** By npm script. One that is not there is left out. */
const CHECKS = [
  "lint",
  "types",
  "manifest:check",
  "build",
  "lint:package",
  "setup:check",
  "test:first-start",
  "test:examples:two",
];
const CHAOS_RUNS = 6;
const RESET_RUNS = 12;

const FAILURE = { passed: 0, failed: 1, skipped: 0 };
const SUCCESS = { passed: 1, failed: 0, skipped: 0 };

/** The tests in the browsers wait a part of their time: all the rest runs beside them, one after the other. @returns {Promise<Totals>} */
async function runAll() {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const isSetUp = setUp();
  const parts = isSetUp ? [orFailure(() => testInBrowsers({})), runOthers()] : [FAILURE, runChecks()];
  for (const part of await Promise.all(parts)) addTotals(totals, part);
  return totals;
}

/** @returns {Promise<Totals>} */
async function runOthers() {
  const totals = await runChecks();
  addTotals(totals, await runStrikes());
  return totals;
}

/** One after the other: some read what another one has built. @returns {Promise<Totals>} */
async function runChecks() {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const script of CHECKS.filter(isScript)) addTotals(totals, await runCheck(script));
  return totals;
}

/** @returns {Promise<Totals>} */
async function runStrikes() {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  addTotals(totals, await orFailure(() => testChaos({ runs: firstRuns(CHAOS_RUNS) })));
  addTotals(totals, await orFailure(() => testResets({ runs: firstRuns(RESET_RUNS) })));
  return totals;
}

/** Tries both, so that a user hears of all that is missing at once. */
function setUp() {
  return [setupBrowsers, setupSynapse].map(isDone).every(Boolean);
}

/** @param {() => void} work */
function isDone(work) {
  try {
    work();
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** @param {string} name */
function isScript(name) {
  return name in JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")).scripts;
}

/** What it prints comes in one piece, at its end. @param {string} script @returns {Promise<Totals>} */
async function runCheck(script) {
  const check = spawn("npm", ["run", "--silent", script], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const output = Promise.all([text(check.stdout), text(check.stderr)]);
  const [status] = await once(check, "close");
  const mark = status === 0 ? "ok  " : "FAIL";
  process.stdout.write(`${(await output).join("")}${mark} npm run ${script}\n`);
  return status === 0 ? SUCCESS : FAILURE;
}

/** @param {() => Promise<Totals>} work */
async function orFailure(work) {
  try {
    return await work();
  } catch (error) {
    // With its stack and its cause: some errors have no message.
    console.error(error);
    return FAILURE;
  }
}

/** @param {unknown} error */
function complain(error) {
  console.error(error instanceof Error ? error.message : error);
}

async function main() {
  const totals = await runAll();
  process.stdout.write(`${totals.passed} passed, ${totals.failed} failed\n`, () =>
    process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1),
  );
}

await runAsCommand(import.meta.url, main);
