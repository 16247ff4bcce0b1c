/** `npm run test:first-start`: what a developer sees who starts the demo or Storybook in a fresh clone. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startDemo, startStorybook } from "./servers.mjs";
import { visit } from "./visit.mjs";

/** @typedef {import("puppeteer-core").Page} Page */

/** Vite bundles a dependency that it finds late within a second, then reloads the page. */
const RELOAD_MS = 3000;
/** What Vite says of such a dependency; of those that it finds in time, it says nothing. */
const FOUND_LATE = /dependenc(?:y|ies) optimized|reloading/;

/** @param {Page} page */
async function seesAllKeysImported(page) {
  await page.waitForSelector('>>> key-backup-sync[status="complete"]');
  await delay(RELOAD_MS);
}

/** @param {Page} page */
async function signsInAndUnlocks(page) {
  await page.locator(">>> sign-in-form >>> button.primary").click();
  await page.locator(">>> recovery-key-form >>> button[type=button]").click();
  await seesAllKeysImported(page);
}

/** @param {() => Promise<import("./servers.mjs").Server>} start @param {string} path @param {(page: Page) => Promise<void>} work */
async function firstStart(start, path, work) {
  const server = await start();
  try {
    await visit(`${server.url}${path}`, work);
    assert.doesNotMatch(server.log(), FOUND_LATE);
  } catch (error) {
    throw new Error(`The server said:\n${server.log()}`, { cause: error });
  } finally {
    await server.close();
  }
}

describe("The first start in a fresh clone", () => {
  it("shows the demo without a reload, from the sign-in to the last key", () =>
    firstStart(startDemo, "", signsInAndUnlocks));

  it("shows the live story without a reload, from the sign-in to the last key", () =>
    firstStart(startStorybook, "iframe.html?id=live--sample-account", seesAllKeysImported));
});
