/** The device under test: its tabs, and the journal of what they tell. It knows nothing of what is done to them: see blows.mjs. */
import { setTimeout as delay } from "node:timers/promises";
import { forgetData } from "../support/browsers/chromium-process.mjs";

const CRASH_WITHIN_MS = 1000;
const CLOSES_WITHIN_MS = 2000;
const MOST_CLOSES = 5;

/** @typedef {import("puppeteer-core").Page} Page */
/** @typedef {{ name: string, page: Page }} Tab */
/** @typedef {import("./page/wire.js").DevicePage} DevicePage */

export class Device {
  journal;
  /** By the person, who has not resumed it yet. */
  isPaused = false;
  #chromium;
  #url;
  /** @type {Tab[]} */
  #tabs = [];
  #opened = 0;

  /**
   * @param {import("./chromium.mjs").Chromium} chromium @param {string} url with the device's parameters
   * @param {import("./journal.mjs").Journal} journal
   */
  constructor(chromium, url, journal) {
    this.journal = journal;
    this.#chromium = chromium;
    this.#url = url;
  }

  /** Those that live. */
  get tabs() {
    return this.#tabs;
  }

  /** Resolves before it is loaded. */
  async openTab() {
    const name = `tab ${++this.#opened}`;
    const page = await this.#chromium.newPage();
    page.on("pageerror", (error) => this.journal.say(`${name}: ${error}`));
    page.on("console", (message) => this.journal.say(`${name}: ${message.text()}`));
    await page.exposeFunction("tell", (/** @type {[string, import("./page/wire.js").Note]} */ ...note) =>
      this.journal.add(name, ...note),
    );
    const tab = { name, page };
    page.once("error", () => this.#forgetTab(tab));
    this.#tabs.push(tab);
    this.#load(page.goto(this.#url));
  }

  /** @param {Tab} tab */
  reload({ name, page }) {
    this.journal.dies(name);
    this.#load(page.reload());
  }

  /** @param {Tab} tab */
  async close(tab) {
    this.#forgetTab(tab);
    await close(tab.page);
  }

  /** Its renderer process, and so perhaps other tabs. @param {Tab} tab */
  async crash(tab) {
    const { page } = tab;
    const crashed = new Promise((resolve) => page.once("error", resolve));
    const session = await page.createCDPSession();
    session.send("Page.crash").catch(() => {});
    // A page that is just being loaded may get another process in that moment.
    await Promise.race([crashed, delay(CRASH_WITHIN_MS)]);
    await this.close(tab);
  }

  /** The whole browser, which comes again without a tab. */
  async killBrowser() {
    for (const tab of [...this.#tabs]) this.#forgetTab(tab);
    await this.#chromium.kill();
    await this.#chromium.launch();
  }

  /**
   * Of the page, unless it is just being loaded.
   * @template Value
   * @param {Tab} tab @param {(argument: string) => Value | Promise<Value>} work runs in the page @param {string} [argument]
   */
  async ask({ page }, work, argument = "") {
    const isThere = await page.evaluate(() => globalThis.device !== undefined).catch(() => false);
    return isThere ? page.evaluate(work, argument) : undefined;
  }

  /**
   * Of a page that is there.
   * @template Value
   * @param {() => Value | Promise<Value>} work
   */
  async askAny(work) {
    for (const tab of this.#tabs) {
      const answer = await this.ask(tab, work);
      if (answer !== undefined) return answer;
    }
    throw new Error("No page of the device is there");
  }

  /** Nothing is left of it on the disk. */
  async end() {
    for (const tab of [...this.#tabs]) await this.close(tab);
    const page = await this.#chromium.newPage();
    await forgetData(page, this.#url);
    await close(page);
  }

  /** @param {Tab} tab */
  #forgetTab(tab) {
    this.journal.goes(tab.name);
    this.#tabs = this.#tabs.filter((other) => other !== tab);
  }

  /** It may be killed before it has come to its end. @param {Promise<unknown>} navigation */
  #load(navigation) {
    navigation.catch((error) => this.journal.say(`not loaded: ${error}`));
  }
}

/** Chromium may miss it while the page is just being loaded. @param {Page} page */
async function close(page) {
  for (let times = 0; times < MOST_CLOSES; times++) {
    const closing = page.close().then(
      () => true,
      () => page.isClosed(),
    );
    if (await Promise.race([closing, delay(CLOSES_WITHIN_MS, false)])) return;
  }
  throw new Error("Chromium does not close a tab");
}
