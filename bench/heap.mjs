/**
 * Memory of a page and of its workers. A heap is: JavaScript objects, the browser's own objects for them (DOM), array buffers and
 * external strings of that thread, garbage included, sampled between its tasks. WebAssembly memory is not in it: the process is.
 */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { quantile } from "./statistics.mjs";

const SAMPLE_EVERY_MS = 100;
const MB = 1e6;

/** @param {import("puppeteer-core").Page} page */
export async function sampleHeaps(page) {
  const main = sampled(await page.createCDPSession());
  /** @type {ReturnType<typeof sampled>[]} */
  const workers = [];
  page.on("workercreated", (worker) => workers.push(sampled(worker.client)));
  return {
    stop() {
      const [heap, others] = [main(), workers.map((stop) => stop())];
      return {
        main_heap_mb: heap.peak,
        main_heap_p99_mb: heap.p99,
        // The workers run beside each other, so that theirs add up.
        worker_heap_mb: others.reduce((sum, { peak }) => sum + peak, 0),
        worker_heap_p99_mb: others.reduce((sum, { p99 }) => sum + p99, 0),
      };
    },
  };
}

/** @param {import("puppeteer-core").CDPSession} session @returns {() => { peak: number, p99: number }} ends it, and tells */
function sampled(session) {
  /** @type {number[]} */
  const samples = [];
  let stopped = false;
  (async () => {
    while (!stopped) {
      samples.push((await heapOf(session)) / MB);
      await delay(SAMPLE_EVERY_MS);
    }
  })().catch(() => {
    // The worker or the page is gone; what was seen of it counts.
  });
  return () => {
    stopped = true;
    samples.sort((a, b) => a - b);
    return { peak: samples.at(-1) ?? 0, p99: quantile(samples, 0.99) };
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
