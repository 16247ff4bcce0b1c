/**
 * All runs, with one Synapse and one Chromium, and the words about them. Several accounts at a time, since a run is mostly a wait; and in
 * each one run after the other, on the backup that the one before left: a key that is lost would be missed in all that follow.
 */
import { fileURLToPath } from "node:url";
import { Accounts } from "../chaos/accounts.mjs";
import { Chromium } from "../chaos/chromium.mjs";
import { serveBundledPages } from "../support/bundled-pages.mjs";
import { print } from "../support/print.mjs";
import { keyBackupFile } from "../support/room-keys-file.mjs";
import { startSynapse } from "../support/synapse.mjs";
import { Account, SYNTHETIC } from "./account.mjs";
import { planOf } from "./plan.mjs";
import { runPlan } from "./run.mjs";

const ROOT = fileURLToPath(new URL("page", import.meta.url));
const OUT = fileURLToPath(new URL("../../.cache/reset", import.meta.url));
const ACCOUNTS = 3;
/** @type {Outcome} */
const NOT_BEGUN = { faults: ["no account"], imported: 0, uploaded: 0, lost: 0 };

/** @typedef {import("./run.mjs").Outcome} Outcome */
/** @typedef {<Value>(work: () => Promise<Value>) => Promise<Value>} OneByOne */
/** @typedef {{ synapse: import("../support/synapse.mjs").Synapse, pageUrl: string, accounts: Accounts, chromium: Chromium, oneByOne: OneByOne }} Setting */

/**
 * @param {{ seed: number, runs: readonly number[] }} what by number: one that failed can be repeated alone
 * @returns {Promise<Outcome[]>} of each run; what is wrong at the end of an account is its last run's
 */
export async function resets({ seed, runs }) {
  print(`reset: seed ${seed}`);
  // Once, and not by each account at the same time.
  await keyBackupFile(SYNTHETIC);
  const chromium = new Chromium();
  const pages = serveBundledPages({ root: ROOT, names: ["device"], out: OUT });
  const [synapse, { url, close }] = await Promise.all([startSynapse(), pages, chromium.launch()]);
  const setting = { synapse, pageUrl: url("device"), accounts: new Accounts(synapse), chromium, oneByOne: inARow() };
  try {
    const chains = Array.from({ length: ACCOUNTS }, (_, at) => runs.filter((_run, index) => index % ACCOUNTS === at));
    const outcomes = chains.filter(({ length }) => length > 0).map((chain) => runChain(setting, seed, chain));
    return (await Promise.all(outcomes)).flat();
  } finally {
    await Promise.all([chromium.close(), close(), synapse.stop()]);
  }
}

/** Whatever is given to it, one after the other. @returns {OneByOne} */
function inARow() {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
}

/** @param {Setting} setting @param {number} seed @param {readonly number[]} runs */
async function runChain(setting, seed, runs) {
  /** @type {Outcome[]} */
  const outcomes = [];
  /** @type {Account | null} */
  let account = null;
  for (const run of runs) {
    account ??= await makeOrTell(setting, run);
    const outcome = account ? await runAndTell(account, seed, run) : NOT_BEGUN;
    outcomes.push(outcome);
    // So that the next run can show something.
    if (outcome.faults.length > 0) account = null;
  }
  if (account) outcomes.at(-1)?.faults.push(...(await readAndTell(account)));
  return outcomes;
}

/** One that cannot be made costs its run, and not all others. @param {Setting} setting @param {number} run */
async function makeOrTell(setting, run) {
  try {
    return await Account.make(setting, `reset-${run}`);
  } catch (error) {
    print(`FAIL run ${run}: its account could not be made`);
    console.error(error);
    return null;
  }
}

/** @param {Account} account */
async function readAndTell(account) {
  const faults = await account.faultsOfReading();
  print(`${faults.length === 0 ? "ok  " : "FAIL"} the messages of ${account.userId}, on a last device`);
  for (const fault of faults) print(`     ${fault}`);
  return faults;
}

/** @param {Account} account @param {number} seed @param {number} run */
async function runAndTell(account, seed, run) {
  const plan = planOf(seed, run);
  const started = performance.now();
  const outcome = await runPlan(account, plan);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const { faults, imported, uploaded } = outcome;
  const keys = account.sessions.size;
  const words = `${plan.way}, at ${imported} of ${keys} room keys, ${uploaded} uploaded (${seconds} s)`;
  print(`${faults.length === 0 ? "ok  " : "FAIL"} run ${run}: ${words}`);
  for (const fault of faults) print(`     ${fault}`);
  if (faults.length > 0) print(`     again: npm run test:reset -- --seed ${seed} --run ${run}`);
  return outcome;
}

/** One line that says how many held. @param {readonly Outcome[]} outcomes */
export function closingLine(outcomes) {
  const held = outcomes.filter(({ faults }) => faults.length === 0).length;
  const lost = outcomes.reduce((sum, outcome) => sum + outcome.lost, 0);
  return `reset: in ${held} of ${outcomes.length} runs every key was in the store and in the new backup, ${lost} keys lost`;
}
