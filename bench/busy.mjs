/** What an app that moves something in every frame, and in which somebody types, notices of us. See page/busy.ts for what it does. */
import { setTimeout as delay } from "node:timers/promises";
import { withPage } from "./browser.mjs";
import { median, quantile } from "./statistics.mjs";

const BETWEEN_KEYS_MS = 60;

/** @typedef {import("./page/busy.ts").Observed} Observed */

/** @param {import("./round.mjs").Browser} browser @param {string} url of the busy page @param {import("./round.mjs").Account} account */
export async function measureBusy(browser, url, account) {
  return withPage(browser, url, async (page) => {
    await page.evaluate((account) => globalThis.busyApp.prepare(account), account);
    const run = page.evaluate(() => globalThis.busyApp.run());
    const typing = new AbortController();
    const [{ without, beside }] = await Promise.all([run.finally(() => typing.abort()), type(page, typing.signal)]);
    return figures(without, beside);
  });
}

/** @param {import("puppeteer-core").Page} page @param {AbortSignal} signal */
async function type(page, signal) {
  for (let at = 0; !signal.aborted; at++) {
    await page.keyboard.press(/** @type {import("puppeteer-core").KeyInput} */ ("abcdefghij"[at % 10]));
    await delay(BETWEEN_KEYS_MS);
  }
}

/** @param {Observed} without @param {Observed} beside */
function figures(without, beside) {
  const interval = median(intervals(without).flat());
  const lost = lostFrames(beside, interval) - (lostFrames(without, interval) / frames(without)) * frames(beside);
  return {
    busy_frames_lost: Math.max(0, Math.round(lost)),
    busy_frames: frames(beside),
    busy_input_delay_ms: slowest(beside.inputDelays),
    idle_input_delay_ms: slowest(without.inputDelays),
  };
}

/** Of each stretch, between two frames. @param {Observed} observed */
function intervals({ stretches }) {
  return stretches.map((times) => times.slice(1).map((time, at) => time - /** @type {number} */ (times[at])));
}

/** @param {Observed} observed */
function frames(observed) {
  return intervals(observed).flat().length;
}

/** Frames that the screen would have shown, but the page did not draw. @param {Observed} observed @param {number} interval */
function lostFrames(observed, interval) {
  const missed = intervals(observed)
    .flat()
    .map((length) => Math.round(length / interval) - 1);
  return missed.reduce((sum, count) => sum + Math.max(0, count), 0);
}

/** All but one in a hundred are below. @param {readonly number[]} delays */
function slowest(delays) {
  return quantile(
    [...delays].sort((a, b) => a - b),
    0.99,
  );
}
