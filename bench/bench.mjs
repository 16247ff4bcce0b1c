/**
 * Measures the download of a whole key backup from a real Synapse in a real Chromium: ours with a prioritised room; a plain fetch,
 * `restoreKeyBackup` of matrix-js-sdk, and ours, in turns; then ours in a hidden tab and beside a busy app. See README.md beside this
 * file for what each figure counts.
 */

import { runAsCommand } from "../scripts/as-command.mjs";
import { roomIdAt } from "../test/support/room-keys.mjs";
import { startSynapse } from "../test/support/synapse.mjs";
import { seedKeyBackup } from "../test/support/synapse-seed.mjs";
import { launchBrowser } from "./browser.mjs";
import { measureBusy } from "./busy.mjs";
import { measureFirstKey } from "./first-key.mjs";
import { measureHidden } from "./hidden.mjs";
import { readOptions } from "./options.mjs";
import { servePages } from "./pages.mjs";
import { json, limits, table } from "./report.mjs";
import { measureFetch, measureSide } from "./round.mjs";

const PASSWORD = "bench";
/** What the heap of a larger backup is compared with. */
const REFERENCE_KEYS = 100_000;
/** Enough for some ten seconds. */
const SCENARIO_KEYS = 20_000;

/** @typedef {import("./options.mjs").Options} Options */
/** @typedef {(keys: number) => Promise<import("./round.mjs").Account>} AccountFor of a backup of that many keys */
/** @typedef {{ browser: import("./round.mjs").Browser, pages: Awaited<ReturnType<typeof servePages>>, accountFor: AccountFor }} Setting */

/** @param {Options} options */
async function main(options) {
  const synapse = await startSynapse();
  const [pages, chromium] = await Promise.all([
    servePages(["fetch", "busy", "first-key", ...options.sides], options.intensity),
    launchBrowser(),
  ]);
  try {
    const setting = { browser: chromium.browser, pages, accountFor: accounts(synapse, options) };
    const results = await measureAll(setting, options);
    console.log(`${table(results)}\n${limits(results)}`);
    if (options.json) console.log(json(results));
  } finally {
    await chromium.close();
    await pages.close();
    await synapse.stop();
  }
}

/** Each is made when it is asked for first. @param {import("../test/support/synapse.mjs").Synapse} synapse @param {Options} options @returns {AccountFor} */
function accounts({ url, databasePath, registerUser }, { roomsFor }) {
  /** @type {Map<number, Promise<import("./round.mjs").Account>>} */
  const made = new Map();
  const make = async (/** @type {number} */ keys) => {
    say(`putting ${keys} room keys into a backup`);
    const user = `bench-${keys}`;
    const { userId } = await registerUser(user, PASSWORD);
    const { rooms, idLength } = roomsFor(keys);
    const { version, decryptionKey } = await seedKeyBackup({ databasePath, userId, keys, ...roomsFor(keys) });
    return { url, user, password: PASSWORD, version, decryptionKey, roomId: roomIdAt(0, rooms, idLength) };
  };
  return (keys) => {
    const account = made.get(keys) ?? make(keys);
    made.set(keys, account);
    return account;
  };
}

/** @param {Setting} setting @param {Options} options @returns {Promise<import("./report.mjs").Results>} */
async function measureAll(setting, options) {
  await warmUp(setting, options);
  if (!options.sides.includes("ours"))
    return { ...(await measureRounds(setting, options)), reference: null, scenarios: null };
  // Before the rounds: after those of a million keys, this homeserver was seen to take 3.5 s for one small answer.
  const firstKey = await measureRoomFirst(setting, options);
  // Once more: the answers that those pages gave up may still be under way.
  await warmUp(setting, options);
  const rounds = await measureRounds(setting, options);
  const reference = await measureReference(setting, options);
  return { ...rounds, reference, scenarios: { ...firstKey, ...(await measureScenarios(setting, options)) } };
}

/** Not counted: Synapse's first answer is slower than all others. @param {Setting} setting @param {Options} options */
async function warmUp({ browser, pages, accountFor }, { keys }) {
  await measureFetch(browser, pages.url("fetch"), await accountFor(keys));
}

/** @param {Setting} setting @param {Options} options */
async function measureRoomFirst({ browser, pages, accountFor }, { keys }) {
  const account = await accountFor(keys);
  say("the first key of a room that somebody is looking at");
  return measureFirstKey(browser, pages.url("first-key"), account);
}

/** @param {Setting} setting @param {Options} options @returns {Promise<import("./report.mjs").Rounds>} */
async function measureRounds({ browser, pages, accountFor }, { keys, runs, sides }) {
  const account = await accountFor(keys);
  /** @type {import("./report.mjs").Rounds} */
  const rounds = { keys, fetch: [], peer: [], ours: [] };
  for (let run = 0; run < runs; run++) {
    rounds.fetch.push(await measureFetch(browser, pages.url("fetch"), account));
    for (const side of run % 2 === 0 ? sides : sides.toReversed()) {
      say(`run ${run + 1} of ${runs}: ${side}`);
      rounds[side].push(...(await tryMeasure(side, () => measureSide(browser, pages.url(side), account))));
    }
  }
  return rounds;
}

/**
 * The peer cannot do every size: the answer must fit into one string.
 * @param {import("./options.mjs").SideName} side @param {() => Promise<import("./round.mjs").Measurement>} measureOnce
 */
async function tryMeasure(side, measureOnce) {
  try {
    return [await measureOnce()];
  } catch (error) {
    if (side === "ours") throw error;
    say(`restoreKeyBackup failed: ${error}`);
    return [];
  }
}

/** Ours with fewer keys, if there were more. @param {Setting} setting @param {Options} options */
async function measureReference({ browser, pages, accountFor }, { keys }) {
  if (keys <= REFERENCE_KEYS) return null;
  say("ours with 100,000 keys, to compare");
  return measureSide(browser, pages.url("ours"), await accountFor(REFERENCE_KEYS));
}

/** What needs no comparison with the peer. @param {Setting} setting @param {Options} options */
async function measureScenarios({ browser, pages, accountFor }, { keys }) {
  const account = await accountFor(Math.min(keys, SCENARIO_KEYS));
  say("ours in a visible and in a hidden tab");
  const hidden = await measureHidden(browser, pages.url("ours"), account);
  say("ours beside a busy app");
  const busy = await measureBusy(browser, pages.url("busy"), account);
  return { ...hidden, ...busy };
}

/** Not on standard output, which is for the figures. @param {string} text */
function say(text) {
  console.error(`bench: ${text}`);
}

await runAsCommand(import.meta.url, () => main(readOptions(process.argv.slice(2))));
