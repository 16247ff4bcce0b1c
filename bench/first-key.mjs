/** How soon the first key of a room is usable that somebody is looking at, whatever the size of the backup. */
import { withPage } from "./browser.mjs";

/**
 * On a new device.
 * @param {import("./round.mjs").Browser} browser @param {string} url of the page @param {import("./round.mjs").Account} account
 */
export function measureFirstKey(browser, url, account) {
  return withPage(browser, url, async (page) => {
    await page.evaluate((account) => globalThis.firstKey.prepare(account), account);
    return page.evaluate(() => globalThis.firstKey.run());
  });
}
