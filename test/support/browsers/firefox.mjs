/** Firefox for the test runner, by way of puppeteer's WebDriver BiDi. */
import { chromeLauncher } from "@web/test-runner-chrome";
import { executableOf } from "./installed.mjs";

/**
 * @typedef {object} BidiConnection
 * @property {(method: string, parameters: object) => Promise<{ result: { contexts: { context: string }[] } }>} send
 */

const PREFERENCES = {
  // navigator.storage.persist() waits for an answer to its prompt, for ever.
  "dom.storageManager.prompt.testing": true,
  "dom.storageManager.prompt.testing.allow": true,
  "dom.disable_open_during_load": false,
};

export function firefox() {
  const launcher = chromeLauncher({
    launchOptions: {
      browser: "firefox",
      // Read when the browser is launched: loading the runner's configuration must work without a browser.
      get executablePath() {
        return executableOf("firefox");
      },
      extraPrefsFirefox: PREFERENCES,
      // Preferences are out of reach of a page: see setPreferences.
      args: ["--remote-allow-system-access"],
    },
    createPage: async ({ context, browser }) => {
      const page = await context.newPage();
      // WebDriver BiDi has no such command.
      page.emulateMediaFeatures = (features) => emulateMedia(browser, page, features ?? []);
      return page;
    },
  });
  launcher.name = "firefox";
  return launcher;
}

/**
 * What is not asked for is as the system has it. It takes a moment until the page knows.
 * @param {import("puppeteer-core").Browser} browser @param {import("puppeteer-core").Page} page @param {readonly { name: string, value: string }[]} features
 */
async function emulateMedia(browser, page, features) {
  await setPreferences(browser, mediaPreferences(Object.fromEntries(features.map(({ name, value }) => [name, value]))));
  const query = features.map(({ name, value }) => `(${name}: ${value})`).join(" and ");
  await page.waitForFunction((/** @type {string} */ wanted) => matchMedia(wanted).matches, {}, query);
}

/** @param {Record<string, string>} wanted */
function mediaPreferences(wanted) {
  return {
    "layout.css.prefers-color-scheme.content-override":
      { dark: 0, light: 1 }[wanted["prefers-color-scheme"] ?? ""] ?? 2,
    "ui.prefersReducedMotion": wanted["prefers-reduced-motion"] === "reduce" ? 1 : 0,
  };
}

/** From within the browser's own window. @param {import("puppeteer-core").Browser} browser @param {Record<string, number>} preferences */
async function setPreferences(browser, preferences) {
  // Puppeteer has the connection, but not in its types.
  const { connection } = /** @type {{ connection: BidiConnection }} */ (/** @type {unknown} */ (browser));
  const { result: tree } = await connection.send("browsingContext.getTree", { "moz:scope": "chrome" });
  await connection.send("script.callFunction", {
    functionDeclaration: `(all) => {
      for (const [name, value] of Object.entries(JSON.parse(all))) Services.prefs.setIntPref(name, value);
    }`,
    arguments: [{ type: "string", value: JSON.stringify(preferences) }],
    awaitPromise: false,
    target: { context: tree.contexts[0]?.context },
  });
}
