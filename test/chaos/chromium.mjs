/** The Chromium of all runs: it may be killed at any time, and comes again with the same profile. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchChromium } from "../support/browsers/chromium-process.mjs";

const ANSWER_TIMEOUT_MS = 120_000;

export class Chromium {
  #profile = mkdtempSync(join(tmpdir(), "key-backup-sync-chaos-"));
  /** @type {import("puppeteer-core").Browser | undefined} */
  #browser;

  constructor() {
    // However this ends.
    process.once("exit", () => rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 }));
  }

  async launch() {
    this.#browser = await launchChromium(this.#profile, { answerTimeoutMs: ANSWER_TIMEOUT_MS });
  }

  async newPage() {
    if (this.#browser === undefined) throw new Error("Chromium is not running");
    return this.#browser.newPage();
  }

  /** Another one beside the profile: with nothing stored, and nothing left of it when it is closed. */
  async newContext() {
    if (this.#browser === undefined) throw new Error("Chromium is not running");
    return this.#browser.createBrowserContext();
  }

  /** The browser and all its processes at once, as by the system that needs its memory. */
  async kill() {
    const chromium = this.#browser?.process();
    if (chromium?.pid === undefined) throw new Error("Chromium is not running");
    const exit = once(chromium, "exit");
    // Its processes are a group of their own.
    process.kill(-chromium.pid, "SIGKILL");
    await exit;
    this.#browser = undefined;
  }

  async close() {
    await this.#browser?.close();
  }
}
