/** A Chromium of one's own, without the test runner: with a profile on disk, which outlives the process. */
import { launch } from "puppeteer-core";
import { executableOf } from "./installed.mjs";

/** It runs as root, without a GPU, and must talk to no one but the tests. */
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];

/**
 * @param {string} profile directory
 * @param {{ answerTimeoutMs: number, without?: string[] }} options `answerTimeoutMs`: after which the browser has not answered a
 *   command; 0 is never. `without`: flags that puppeteer would give by itself
 */
export function launchChromium(profile, { answerTimeoutMs, without = [] }) {
  return launch({
    executablePath: executableOf("chromium"),
    userDataDir: profile,
    protocolTimeout: answerTimeoutMs,
    ignoreDefaultArgs: without,
    args: CHROMIUM_ARGS,
  });
}

/**
 * Deletes all that an origin has stored.
 * @param {import("puppeteer-core").Page} page any one @param {string} url of the origin
 */
export async function forgetData(page, url) {
  const session = await page.createCDPSession();
  await session.send("Storage.clearDataForOrigin", { origin: new URL(url).origin, storageTypes: "all" });
}
