/** How fast it is in a tab that nobody sees, where browsers slow timers down, and in one that is in front. */
import { withPage } from "./browser.mjs";

/** Chained timers of one millisecond: some 50 ms together; in a hidden tab two or three of them run at every full second. */
const TIMERS = 10;
const THROTTLED_MS = 1500;

/** @typedef {import("./round.mjs").Browser} Browser */
/** @typedef {import("./round.mjs").Account} Account */

/**
 * Room keys a second, from the call until all are imported.
 * @param {Browser} browser @param {string} url of our page @param {Account} account
 */
export async function measureHidden(browser, url, account) {
  const rates = { hidden: 0, visible: 0 };
  rates.visible = await withPage(browser, url, async (page) => {
    await prepare(page, account);
    return keysPerSecond(page);
  });
  rates.hidden = await withPage(browser, url, async (page) => {
    await prepare(page, account);
    const cover = await browser.newPage();
    await cover.bringToFront();
    await expectHidden(page);
    const rate = await keysPerSecond(page);
    await expectHidden(page);
    await cover.close();
    return rate;
  });
  return { hidden_keys_per_second: rates.hidden, visible_keys_per_second: rates.visible };
}

/** @param {import("puppeteer-core").Page} page @param {Account} account */
async function prepare(page, account) {
  await page.evaluate((account) => globalThis.side.prepare(account), account);
}

/** @param {import("puppeteer-core").Page} page */
async function keysPerSecond(page) {
  const { imported, imported_ms } = await page.evaluate(() => globalThis.side.run());
  return (imported / imported_ms) * 1000;
}

/** Else the figure would say nothing. @param {import("puppeteer-core").Page} page */
async function expectHidden(page) {
  const { visibility, elapsed } = await page.evaluate(async (timers) => {
    const start = performance.now();
    for (let timer = 0; timer < timers; timer++) await new Promise((resolve) => setTimeout(resolve, 1));
    return { visibility: document.visibilityState, elapsed: performance.now() - start };
  }, TIMERS);
  if (visibility !== "hidden") throw new Error(`The tab behind another one is ${visibility}, not hidden`);
  if (elapsed < THROTTLED_MS) throw new Error(`The timers of the hidden tab are not throttled: ${elapsed} ms`);
}
