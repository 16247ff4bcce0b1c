/** All runs, one after the other, with one Synapse and one Chromium; and the words about them. */
import { fileURLToPath } from "node:url";
import { serveBundledPages } from "../support/bundled-pages.mjs";
import { print } from "../support/print.mjs";
import { startSynapse } from "../support/synapse.mjs";
import { Accounts } from "./accounts.mjs";
import { Chromium } from "./chromium.mjs";
import { planOf } from "./plan.mjs";
import { runPlan } from "./run.mjs";

const ROOT = fileURLToPath(new URL("page", import.meta.url));
const OUT = fileURLToPath(new URL("../../.cache/chaos", import.meta.url));

/** @typedef {import("./run.mjs").Outcome} Outcome */
/** @typedef {import("./run.mjs").Setting} Setting */

/**
 * @param {{ seed: number, runs: readonly number[] }} what by number: one that failed can be repeated alone
 * @returns {Promise<Outcome[]>}
 */
export async function chaos({ seed, runs }) {
  print(`chaos: seed ${seed}`);
  const chromium = new Chromium();
  const [synapse, pages] = await Promise.all([startSynapse(), servePage(), chromium.launch()]);
  const accounts = new Accounts(synapse);
  const setting = { homeserverUrl: synapse.url, pageUrl: pages.url("device"), accounts, chromium };
  try {
    const outcomes = [];
    for (const run of runs) outcomes.push(await runAndTell(setting, seed, run));
    return outcomes;
  } finally {
    await Promise.all([chromium.close(), pages.close(), synapse.stop()]);
  }
}

function servePage() {
  return serveBundledPages({ root: ROOT, names: ["device"], out: OUT });
}

/** @param {Setting} setting @param {number} seed @param {number} run */
async function runAndTell(setting, seed, run) {
  const plan = planOf(seed, run);
  const started = performance.now();
  const outcome = await runPlan(setting, plan);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(`${outcome.faults.length === 0 ? "ok  " : "FAIL"} run ${run}: ${describe(plan)} (${seconds} s)`);
  if (outcome.faults.length > 0) print(complaint(outcome, seed, run));
  return outcome;
}

/** @param {import("./plan.mjs").Plan} plan */
function describe({ size, downloadSeconds, tabs, blows }) {
  const line = downloadSeconds === null ? "" : ` in ${downloadSeconds.toFixed(1)} s`;
  const struck = blows.map(({ kind, whilePaused }) => (whilePaused ? `${kind} while paused` : kind));
  return `${size.keys} room keys${line}, ${tabs === 1 ? "a tab" : `${tabs} tabs`}, ${struck.join(", ")}`;
}

/** @param {Outcome} outcome @param {number} seed @param {number} run */
function complaint({ faults, journal }, seed, run) {
  return [
    ...faults.map((fault) => `     ${fault}`),
    ...journal.map((line) => `       ${line}`),
    `     again: npm run test:chaos -- --seed ${seed} --run ${run}`,
  ].join("\n");
}

/** One line that says how many held. @param {readonly Outcome[]} outcomes */
export function closingLine(outcomes) {
  const held = outcomes.filter(({ faults }) => faults.length === 0).length;
  const sum = (/** @type {"lost" | "doubleImports"} */ count) =>
    outcomes.reduce((total, outcome) => total + outcome[count], 0);
  return `chaos: ${held} of ${outcomes.length} ended complete, ${sum("lost")} keys lost, ${sum("doubleImports")} double imports at once`;
}
