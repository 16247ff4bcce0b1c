/** One run: a new device, on which the backup is reset in mid-import; then where every key is. */
import { setTimeout as delay } from "node:timers/promises";

/** @typedef {import("./account.mjs").Account} Account */
/** @typedef {import("./page/wire.js").ResetPlan} ResetPlan */
/**
 * @typedef {object} Outcome
 * @property {string[]} faults none if the run held
 * @property {number} imported keys that the crypto store had when the reset was asked for
 * @property {number} uploaded keys that the device uploaded, each as often as it did
 * @property {number} lost keys that are not in the crypto store, or not in the new backup
 */

const LONGEST_WAIT_MS = 120_000;

/** The account's backup is the new one then. @param {Account} account @param {ResetPlan} plan @returns {Promise<Outcome>} */
export async function runPlan(account, plan) {
  const page = await account.openDevice();
  const keys = account.sessions.size;
  try {
    const reset = (/** @type {ResetPlan} */ how, /** @type {number} */ count) =>
      globalThis.resetDevice?.reset(how, count);
    const { imported = 0, version = "", decryptionKey = "" } = (await page.evaluate(reset, plan, keys)) ?? {};
    account.backup = { version, decryptionKey };
    await account.backsUp(keys);
    const shown = await whenComplete(page);
    const uploaded = (await page.evaluate(() => globalThis.resetDevice?.uploaded())) ?? 0;
    return { imported, uploaded, ...(await judge(account, page, shown)) };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return { imported: 0, uploaded: 0, lost: 0, faults: [fault] };
  } finally {
    await page.close();
  }
}

/** What the element shows, at once if that it is complete, or else after a while. @param {import("puppeteer-core").Page} page */
async function whenComplete(page) {
  for (const started = Date.now(); ; await delay(100)) {
    const shown = await page.evaluate(() => globalThis.resetDevice?.shown());
    if (shown === "complete" || Date.now() - started > LONGEST_WAIT_MS) return shown;
  }
}

/** @param {Account} account @param {import("puppeteer-core").Page} page @param {string | undefined} shown */
async function judge(account, page, shown) {
  const inStore = new Set(await page.evaluate(() => globalThis.resetDevice?.sessions() ?? []));
  const inBackup = new Set(await account.sessionsInBackup());
  const missingIn = (/** @type {Set<string>} */ place) => [...account.sessions].filter((it) => !place.has(it)).length;
  const [notInStore, notInBackup] = [missingIn(inStore), missingIn(inBackup)];
  const faults = [
    notInStore > 0 && `${notInStore} room keys are not in the crypto store`,
    notInBackup > 0 && `${notInBackup} room keys are not in the new backup`,
    shown !== "complete" && `it shows ${shown}, and not complete`,
  ];
  return { lost: notInStore + notInBackup, faults: faults.filter((fault) => fault !== false) };
}
