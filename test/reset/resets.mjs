/** All runs, with one Synapse and one Chromium, and the words about them. Several at a time, since a run is mostly a wait. */
import { fileURLToPath } from "node:url";
import { Chromium } from "../chaos/chromium.mjs";
import { serveBundledPages } from "../support/bundled-pages.mjs";
import { oldestSdkPlugin } from "../support/oldest-sdk-plugin.mjs";
import { print } from "../support/print.mjs";
import { keyBackupFile } from "../support/room-keys-file.mjs";
import { startSynapse } from "../support/synapse.mjs";
import { SIZES } from "./account.mjs";
import { planOf } from "./plan.mjs";
import { runPlan } from "./run.mjs";

const ROOT = fileURLToPath(new URL("page", import.meta.url));
const OUT = fileURLToPath(new URL("../../.cache/reset", import.meta.url));
const AT_A_TIME = 3;

/** @typedef {import("./plan.mjs").Act} Act */
/** @typedef {import("./plan.mjs").Plan} Plan */
/** @typedef {import("./run.mjs").Outcome} Outcome */
/**
 * @typedef {object} Setting
 * @property {import("../support/synapse.mjs").Synapse} synapse
 * @property {Record<import("./plan.mjs").DeviceKind["sdk"], string>} pageUrls
 * @property {Chromium} chromium
 */

/**
 * @param {{ seed: number, runs: readonly number[] }} what by number: one that failed can be repeated alone
 * @returns {Promise<Outcome[]>}
 */
export async function resets({ seed, runs }) {
  print(`reset: seed ${seed}`);
  const chromium = new Chromium();
  // The files of keys: once, and not by each account at the same time.
  const [synapse, pages] = await Promise.all([
    startSynapse(),
    servePages(),
    chromium.launch(),
    ...SIZES.map(keyBackupFile),
  ]);
  const setting = { synapse, pageUrls: pages.urls, chromium };
  try {
    return await runAll(setting, seed, runs);
  } finally {
    await Promise.all([chromium.close(), pages.close(), synapse.stop()]);
  }
}

/** With either end of the peer range. */
async function servePages() {
  const pages = { root: ROOT, names: ["device"] };
  const newest = await serveBundledPages({ ...pages, out: `${OUT}/newest` });
  const oldest = await serveBundledPages({ ...pages, out: `${OUT}/oldest`, plugins: () => [oldestSdkPlugin()] });
  return {
    urls: { newest: newest.url("device"), oldest: oldest.url("device") },
    close: () => Promise.all([newest.close(), oldest.close()]),
  };
}

/** @param {Setting} setting @param {number} seed @param {readonly number[]} runs */
async function runAll(setting, seed, runs) {
  const left = [...runs];
  /** @type {Outcome[]} */
  const outcomes = [];
  const work = async () => {
    for (let run = left.shift(); run !== undefined; run = left.shift())
      outcomes.push(await runAndTell(setting, seed, run));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return outcomes;
}

/** @param {Setting} setting @param {number} seed @param {number} run */
async function runAndTell(setting, seed, run) {
  const plan = planOf(seed, run);
  const started = performance.now();
  const outcome = await runOrFault(setting, plan, `reset-${run}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(`${outcome.faults.length === 0 ? "ok  " : "FAIL"} run ${run}: ${describe(plan)} (${seconds} s)`);
  if (outcome.faults.length > 0) print(complaint(outcome, seed, run));
  return outcome;
}

/** One whose account cannot be made costs its run, and not all others. @param {Setting} setting @param {Plan} plan @param {string} name */
async function runOrFault(setting, plan, name) {
  try {
    return await runPlan(setting, plan, name);
  } catch (error) {
    console.error(error);
    return { faults: ["it could not be begun"], lost: 0, keys: 0, lines: [] };
  }
}

/** @param {Plan} plan */
function describe({ devices, guard, older, hasMessages, acts }) {
  const [device] = devices.map(({ adapter, sdk }) => `${sdk === "oldest" ? "oldest " : ""}${adapter}`);
  const more = [
    guard !== "none" && (guard === "ask" ? "guarded" : guard),
    older !== "none" && `an older version, ${older}`,
    hasMessages && "messages",
  ].filter((words) => words !== false);
  return `${[device, ...more].join(", ")}: ${acts.map(describeAct).join(", ")}`;
}

/** @param {Act} act */
function describeAct(act) {
  const at = ` in ${act.at.stage}`;
  if (act.does === "kill") return `${act.kind}${at}`;
  if (act.does === "replace") return `another version${at}`;
  const where = act.device === 1 ? " elsewhere" : "";
  const way = act.does === "reset" && act.way === "steps" ? " in steps" : "";
  return `${act.does}${where}${way}${at} (${act.answer})`;
}

/** @param {Outcome} outcome @param {number} seed @param {number} run */
function complaint({ faults, lines }, seed, run) {
  return [
    ...faults.map((fault) => `     ${fault}`),
    ...lines.map((line) => `       ${line}`),
    `     again: npm run test:reset -- --seed ${seed} --run ${run}`,
  ].join("\n");
}

/** One line that says how many held. @param {readonly Outcome[]} outcomes */
export function closingLine(outcomes) {
  const held = outcomes.filter(({ faults }) => faults.length === 0).length;
  const sum = (/** @type {"lost" | "keys"} */ count) => outcomes.reduce((total, outcome) => total + outcome[count], 0);
  return `reset: ${held} of ${outcomes.length} runs held, ${sum("lost")} of ${sum("keys")} room keys lost`;
}
