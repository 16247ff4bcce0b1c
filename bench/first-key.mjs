/** How soon the first key of a room is usable that somebody is looking at, whatever the size of the backup. */
import { withPage } from "./browser.mjs";
import { median } from "./statistics.mjs";

const RUNS = 3;

/** @typedef {import("./page/first-key.ts").FirstKey} FirstKey */

/**
 * Medians of a few runs, each on a new device.
 * @param {import("./round.mjs").Browser} browser @param {string} url of the page @param {import("./round.mjs").Account} account
 * @returns {Promise<FirstKey>}
 */
export async function measureFirstKey(browser, url, account) {
  /** @type {FirstKey[]} */
  const runs = [];
  while (runs.length < RUNS) runs.push(await measureOnce(browser, url, account));
  return {
    prioritised_key_ms: median(runs.map(({ prioritised_key_ms }) => prioritised_key_ms)),
    round_trip_ms: median(runs.map(({ round_trip_ms }) => round_trip_ms)),
  };
}

/** @param {import("./round.mjs").Browser} browser @param {string} url @param {import("./round.mjs").Account} account */
function measureOnce(browser, url, account) {
  return withPage(browser, url, async (page) => {
    await page.evaluate((account) => globalThis.firstKey.prepare(account), account);
    return page.evaluate(() => globalThis.firstKey.run());
  });
}
