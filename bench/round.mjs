/** One measured run of one side, in a new tab, as a new device. */
import { withPage } from "./browser.mjs";
import { peakProcessMemory, sampleHeaps } from "./heap.mjs";
import { startTrace, stopTrace } from "./main-thread.mjs";

/** @typedef {import("puppeteer-core").Browser} Browser */
/** @typedef {import("./page/client.ts").Account} Account */
/** @typedef {Awaited<ReturnType<typeof measureSide>>} Measurement */

/** @param {Browser} browser @param {string} url of the side's page @param {Account} account */
export async function measureSide(browser, url, account) {
  return withPage(browser, url, async (page) => {
    const session = await page.createCDPSession();
    await page.evaluate((account) => globalThis.side.prepare(account), account);
    // The garbage of loading the page, and of the log-in, is nobody's.
    await session.send("HeapProfiler.collectGarbage");
    const heaps = await sampleHeaps(page);
    await startTrace(session);
    const times = await page.evaluate(() => globalThis.side.run());
    const memory = heaps.stop();
    const { pid, ...mainThread } = await stopTrace(session);
    return { ...times, ...mainThread, ...memory, process_mb: peakProcessMemory(pid) };
  });
}

/** Milliseconds. @param {Browser} browser @param {string} url @param {Account} account @returns {Promise<number>} */
export async function measureFetch(browser, url, account) {
  return withPage(browser, url, async (page) => {
    // Under the same instruments as the sides: they take their time, too.
    const session = await page.createCDPSession();
    const heaps = await sampleHeaps(page);
    await startTrace(session);
    const milliseconds = await page.evaluate((account) => globalThis.fetchBackup(account), account);
    heaps.stop();
    await stopTrace(session);
    return milliseconds;
  });
}
