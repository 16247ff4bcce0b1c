/**
 * Measures the download of a whole key backup from a real Synapse in a real Chromium: a plain fetch, `restoreKeyBackup` of
 * matrix-js-sdk, and ours, in turns. See README.md beside this file for what each figure counts.
 */
import { startSynapse } from "../test/support/synapse.mjs";
import { seedKeyBackup } from "../test/support/synapse-seed.mjs";
import { launchBrowser } from "./browser.mjs";
import { readOptions } from "./options.mjs";
import { servePages } from "./pages.mjs";
import { json, limits, table } from "./report.mjs";
import { measureFetch, measureSide } from "./round.mjs";

const USER = "bench";
const PASSWORD = "bench";

/** @typedef {import("./options.mjs").Options} Options */
/** @typedef {{ browser: import("./round.mjs").Browser, pages: Awaited<ReturnType<typeof servePages>>, account: import("./round.mjs").Account }} Setting */

/** @param {Options} options */
async function main(options) {
  const synapse = await startSynapse();
  const [pages, chromium] = await Promise.all([servePages(["fetch", ...options.sides]), launchBrowser()]);
  try {
    const account = await makeAccount(synapse, options);
    const rounds = await measure({ browser: chromium.browser, pages, account }, options);
    console.log(`${table(rounds)}\n${limits(rounds)}`);
    if (options.json) console.log(json(rounds));
  } finally {
    await chromium.close();
    await pages.close();
    await synapse.stop();
  }
}

/** @param {import("../test/support/synapse.mjs").Synapse} synapse @param {Options} options */
async function makeAccount({ url, databasePath, registerUser }, { keys, rooms }) {
  say(`putting ${keys} room keys into the backup`);
  const { userId } = await registerUser(USER, PASSWORD);
  const { version, decryptionKey } = await seedKeyBackup({ databasePath, userId, keys, rooms });
  return { url, user: USER, password: PASSWORD, version, decryptionKey };
}

/** @param {Setting} setting @param {Options} options @returns {Promise<import("./report.mjs").Rounds>} */
async function measure({ browser, pages, account }, { keys, runs, sides }) {
  /** @type {import("./report.mjs").Rounds} */
  const rounds = { keys, fetch: [], peer: [], ours: [] };
  const measureOneFetch = () => measureFetch(browser, pages.url("fetch"), account);
  // Not counted: Synapse's first answer is slower than all others.
  await measureOneFetch();
  for (let run = 0; run < runs; run++) {
    rounds.fetch.push(await measureOneFetch());
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

/** Not on standard output, which is for the figures. @param {string} text */
function say(text) {
  console.error(`bench: ${text}`);
}

try {
  await main(readOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
