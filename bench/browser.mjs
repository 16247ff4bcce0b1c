/** One Chromium for all rounds, with a profile on disk: in a private window, IndexedDB is in memory and would cost nothing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forgetData, launchChromium } from "../test/support/browsers/chromium-process.mjs";

/** With these, which puppeteer gives by itself, a hidden tab would be as fast as a visible one: nobody has that at home. */
const NOT_AT_HOME = [
  "--disable-background-timer-throttling",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
];

export async function launchBrowser() {
  const profile = mkdtempSync(join(tmpdir(), "key-backup-sync-bench-"));
  const browser = await launchChromium(profile, { answerTimeoutMs: 0, without: NOT_AT_HOME });
  return {
    browser,
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Works with a page in a new tab, and leaves nothing of it.
 * @template T
 * @param {import("puppeteer-core").Browser} browser @param {string} url
 * @param {(page: import("puppeteer-core").Page) => Promise<T>} work
 */
export async function withPage(browser, url, work) {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(`page: ${error}`));
  page.on("console", (message) => console.error(`console: ${message.text()}`));
  try {
    await page.goto(url, { waitUntil: "networkidle0" });
    return await work(page);
  } finally {
    await forgetData(page, page.url());
    await page.close();
  }
}
