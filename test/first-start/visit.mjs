/** A new Chromium that visits a page, which must not load again meanwhile. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchChromium } from "../support/browsers/chromium-process.mjs";

const TIMEOUT_MS = 180_000;

/**
 * Throws as soon as the page loads again.
 * @param {string} url @param {(page: import("puppeteer-core").Page) => Promise<unknown>} work
 */
export async function visit(url, work) {
  const profile = mkdtempSync(join(tmpdir(), "key-backup-sync-visit-"));
  const browser = await launchChromium(profile, { answerTimeoutMs: TIMEOUT_MS });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    await page.goto(url);
    await Promise.race([work(page), whenLoadedAgain(page)]);
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @param {import("puppeteer-core").Page} page @returns {Promise<never>} */
async function whenLoadedAgain(page) {
  await new Promise((resolve) => page.once("domcontentloaded", resolve));
  throw new Error("The page has loaded again");
}
