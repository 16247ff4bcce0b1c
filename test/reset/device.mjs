/** A device: one page in a browser context of its own, with a line to the homeserver of its own. It knows nothing of plans. */
import { setTimeout as delay } from "node:timers/promises";
import { HomeserverProxy } from "../support/homeserver-proxy.mjs";

/** @typedef {import("puppeteer-core").Page} Page */
/** @typedef {import("./page/wire.js").Note} Note */
/** @typedef {import("./page/wire.js").ResetDevicePage} ResetDevicePage */
/** @typedef {import("./page/wire.js").Shown} Shown */
/** @typedef {import("./resets.mjs").Setting} Setting */
/**
 * @typedef {object} DeviceOptions
 * @property {import("./plan.mjs").DeviceKind} kind
 * @property {import("./page/wire.js").Guard} guard
 * @property {number} uploadDelay
 * @property {boolean} syncs
 * @property {number | null} bytesPerSecond of the downloads
 */

const LONGEST_WAIT_MS = 60_000;
const CRASH_WITHIN_MS = 1000;
const LATEST_LINES = 250;
/** They change nothing, and are many. @type {readonly (keyof ResetDevicePage)[]} */
const LOOKS = ["shown", "present", "sessions"];

export class Device {
  isSignedIn = true;
  /** Room keys that were given to the crypto store so far. */
  given = 0;
  /** Recovery keys that its human entered where older keys wait for one. @type {Set<string>} */
  entered = new Set();
  /** What its page said last. @type {Shown | null} */
  shown = null;
  line;
  #name;
  #setting;
  #account;
  /** @type {import("puppeteer-core").BrowserContext | undefined} */
  #context;
  /** @type {Page | undefined} */
  #page;
  /** One that is to be loaded again. @type {Page | undefined} */
  #empty;
  #url = "";
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** @type {string[]} */
  #lines = [];

  /** @param {Setting} setting @param {import("./account.mjs").Account} account @param {string} name */
  constructor(setting, account, name) {
    this.#setting = setting;
    this.#account = account;
    this.#name = name;
    this.line = new HomeserverProxy(setting.synapse.url);
  }

  /** A new one, whose human enters the recovery key of the present backup. @param {DeviceOptions} options */
  async open({ kind: { adapter, sdk }, bytesPerSecond, ...options }) {
    const { chromium, pageUrls } = this.#setting;
    this.#context = await chromium.newContext();
    const device = await this.#account.logIn();
    const parameters = { url: await this.line.listen(), ...device, ...this.#account.present, adapter, ...options };
    this.line.limit(bytesPerSecond);
    const texts = Object.entries(parameters).map(([name, value]) => [name, String(value)]);
    this.#url = `${pageUrls[sdk]}?${new URLSearchParams(texts)}`;
    await this.#load();
  }

  /** For whoever has to find out why a run failed. @param {string} text */
  say(text) {
    this.#lines.push(`${(performance.now() / 1000).toFixed(2)} ${this.#name}: ${text}`);
  }

  latestLines() {
    return this.#lines.slice(-LATEST_LINES);
  }

  /**
   * Of its page.
   * @template {keyof ResetDevicePage} Name
   * @param {Name} name @param {Parameters<ResetDevicePage[Name]>} args
   * @returns {Promise<Awaited<ReturnType<ResetDevicePage[Name]>>>}
   */
  async call(name, ...args) {
    if (!this.#page) throw new Error(`${this.#name} has no page`);
    const isLook = LOOKS.includes(name);
    if (!isLook) this.say(`${name} ...`);
    const work = (/** @type {keyof ResetDevicePage} */ called, /** @type {any[]} */ given) =>
      // @ts-expect-error The arguments are those of the call.
      globalThis.resetDevice?.[called](...given);
    const answer = /** @type {any} */ (await this.#page.evaluate(work, name, args));
    if (!isLook) this.say(`${name}: ${JSON.stringify(answer)?.slice(0, 100)}`);
    return answer;
  }

  /** Its page ends, in that way, and another one is opened. @param {"reload" | "close" | "crash"} kind */
  async kill(kind) {
    const page = this.#page;
    if (!page) return;
    this.say(kind);
    this.#page = undefined;
    this.shown = null;
    if (kind === "crash") await crash(page);
    // As a reload that has only just begun.
    if (kind === "reload") await page.goto("about:blank");
    else await page.close().catch(() => {});
    this.#empty = kind === "reload" ? page : undefined;
  }

  /** After it was killed. */
  async reopen() {
    if (!this.#page) await this.#load();
  }

  /** Resolves as soon as it is so, with whether it is within a minute. @param {() => boolean} test */
  async when(test) {
    if (test()) return true;
    const ended = new AbortController();
    /** @type {() => void} */
    let look = () => {};
    const came = new Promise((resolve) => {
      look = () => test() && resolve(true);
      this.#listeners.add(look);
    });
    const tooLate = delay(LONGEST_WAIT_MS, false, { signal: ended.signal }).catch(() => false);
    const inTime = /** @type {boolean} */ (await Promise.race([came, tooLate]));
    ended.abort();
    this.#listeners.delete(look);
    return inTime;
  }

  /** Something of it changed. */
  look() {
    for (const listener of this.#listeners) listener();
  }

  async end() {
    const context = this.#context;
    this.#page = this.#context = undefined;
    this.line.close();
    await context?.close();
  }

  async #load() {
    const page = this.#empty ?? (await this.#newPage());
    this.#empty = undefined;
    this.#page = page;
    this.say("opens");
    await page.goto(this.#url);
    // By a timer: pages that nobody sees have no frames.
    await page.waitForFunction(() => globalThis.resetDevice !== undefined, { polling: 50 });
    this.say("is open");
  }

  async #newPage() {
    const page = await /** @type {import("puppeteer-core").BrowserContext} */ (this.#context).newPage();
    const isPresent = () => this.#page === page;
    page.on("pageerror", (error) => this.say(String(error)));
    await page.exposeFunction("tellNode", (/** @type {Note} */ note) => isPresent() && this.#hear(note));
    await page.exposeFunction("writeDown", (/** @type {string} */ keyId, /** @type {string} */ key) => {
      this.#account.paper.set(keyId, key);
    });
    await page.exposeFunction("lookUp", (/** @type {string} */ keyId) => this.#account.paper.get(keyId) ?? null);
    return page;
  }

  /** @param {Note} note */
  #hear(note) {
    if (note.type === "import") {
      this.given += note.roomKeys;
      this.say(`import of ${note.roomKeys}`);
    } else {
      const { status, reason, downloaded, total, locked, uploading } = note.shown;
      const upload = uploading ? `, uploads ${uploading.done} of ${uploading.total} ${uploading.hold ?? ""}` : "";
      this.say(`${status} ${reason ?? ""} ${downloaded} of ${total}${locked ? ` (${locked} locked)` : ""}${upload}`);
      this.shown = note.shown;
    }
    this.look();
  }
}

/** Its renderer process, which is of this device alone. @param {Page} page */
async function crash(page) {
  const crashed = new Promise((resolve) => page.once("error", resolve));
  const session = await page.createCDPSession();
  session.send("Page.crash").catch(() => {});
  await Promise.race([crashed, delay(CRASH_WITHIN_MS)]);
}
