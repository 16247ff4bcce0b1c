/**
 * Peak memory of a page and of its workers. A heap is: JavaScript objects, the browser's own objects for them (DOM), array buffers and
 * external strings of that thread, garbage included, sampled between its tasks. WebAssembly memory is not in it: the process is.
 */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const SAMPLE_EVERY_MS = 100;
const MB = 1e6;

/** @param {import("puppeteer-core").Page} page */
export async function sampleHeaps(page) {
  const main = samplePeak(await page.createCDPSession());
  /** @type {ReturnType<typeof samplePeak>[]} */
  const workers = [];
  page.on("workercreated", (worker) => workers.push(samplePeak(worker.client)));
  return {
    /** The workers run beside each other, so their peaks add up. */
    stop: () => ({ main_heap_mb: main(), worker_heap_mb: workers.reduce((sum, stop) => sum + stop(), 0) }),
  };
}

/** @param {import("puppeteer-core").CDPSession} session @returns {() => number} ends it and tells the peak */
function samplePeak(session) {
  let peak = 0;
  let stopped = false;
  (async () => {
    while (!stopped) {
      peak = Math.max(peak, await heapOf(session));
      await delay(SAMPLE_EVERY_MS);
    }
  })().catch(() => {
    // The worker or the page is gone; what was seen of it counts.
  });
  return () => {
    stopped = true;
    return peak / MB;
  };
}

/** @param {import("puppeteer-core").CDPSession} session */
async function heapOf(session) {
  const usage = await session.send("Runtime.getHeapUsage");
  return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize;
}

/** Of the page's whole renderer process: all threads, WebAssembly, stacks and code. `null` where the system does not tell. @param {number} pid */
export function peakProcessMemory(pid) {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? null : (Number(kilobytes) * 1024) / MB;
  } catch {
    return null;
  }
}
