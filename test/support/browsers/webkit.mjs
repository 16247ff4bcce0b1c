/** WebKitGTK for the test runner: one window that goes from test file to test file, by way of WebDriver. */
import { fileURLToPath } from "node:url";
import { SYSTEM_PYTHON } from "./installed.mjs";
import { WebDriverSession } from "./webdriver.mjs";
import { webkitPage } from "./webkit-page.mjs";
import { startWebKitProcesses } from "./webkit-processes.mjs";

const BROWSER = fileURLToPath(new URL("webkit-browser.py", import.meta.url));
const LEAVE_TIMEOUT_MS = 10_000;

/** @typedef {{ session: WebDriverSession, profile: string, stop: () => void }} Browser */

class WebKitLauncher {
  name = "webkit";
  // The runner's own commands ask for the type and throw for one they do not know. With this they call getPage().
  type = "playwright";
  concurrency = 1;
  /** @type {Promise<Browser> | undefined} */
  #browser;
  /** The same, once it is there. @type {Browser | undefined} */
  #opened;
  /** @type {string | undefined} */
  #active;

  /** @param {string} sessionId @param {string} url */
  async startSession(sessionId, url) {
    this.#browser ??= openBrowser();
    this.#opened = await this.#browser;
    const { session } = this.#opened;
    this.#active = sessionId;
    await session.resize({ width: 800, height: 600 });
    await session.navigate(url);
  }

  /** @param {string} sessionId */
  isActive(sessionId) {
    return this.#active === sessionId;
  }

  /** None when the browser has crashed. */
  async getBrowserUrl() {
    return await this.#opened?.session.currentUrl().catch(() => undefined);
  }

  getPage() {
    if (this.#opened === undefined) throw new Error("WebKit is not running");
    return webkitPage(this.#opened.session, this.#opened.profile);
  }

  async stopSession() {
    this.#active = undefined;
    // A page in an endless loop does not leave: then the browser goes.
    if (!(await leaves(this.#opened?.session))) await this.stop();
    return {};
  }

  async stop() {
    const browser = await this.#browser?.catch(() => undefined);
    this.#browser = undefined;
    this.#opened = undefined;
    browser?.stop();
  }

  async startDebugSession() {
    throw new Error("WebKit runs headless only");
  }
}

export const webkit = () => new WebKitLauncher();

/** @returns {Promise<Browser>} */
async function openBrowser() {
  const { driverUrl, profile, stop } = await startWebKitProcesses();
  try {
    const session = await WebDriverSession.open(driverUrl, {
      pageLoadStrategy: "none",
      "webkitgtk:browserOptions": { binary: SYSTEM_PYTHON, args: [BROWSER, profile] },
    });
    return { session, profile, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/** @param {WebDriverSession | undefined} session */
async function leaves(session) {
  const timeout = new Promise((resolve) => setTimeout(resolve, LEAVE_TIMEOUT_MS, false).unref());
  const left = session?.navigate("about:blank").then(
    () => true,
    () => false,
  );
  return await Promise.race([left, timeout]);
}
