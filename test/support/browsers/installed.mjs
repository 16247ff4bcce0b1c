/** Where the three engines of the tests are on this machine, and how to get what is missing. It installs nothing itself. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { commandsInPath } from "../../../scripts/commands-in-path.mjs";

/** @typedef {"chromium" | "firefox" | "webkit"} Engine */

/** @type {readonly Engine[]} */
export const ENGINES = ["chromium", "firefox", "webkit"];

const NAMES = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKitGTK" };

/** Debian's packages. */
const PACKAGES = {
  chromium: ["chromium"],
  firefox: ["firefox-esr"],
  webkit: ["webkit2gtk-driver", "xvfb", "gir1.2-webkit2-4.1", "python3-gi"],
};

/** The Python that has Debian's packages: the first one in the path may be another. */
export const SYSTEM_PYTHON = "/usr/bin/python3";

const findCommand = (/** @type {string[]} */ ...names) => commandsInPath(...names)[0];
const findChromium = () => process.env.CHROMIUM ?? findCommand("chromium", "chromium-browser", "google-chrome");
const findFirefox = () => process.env.FIREFOX ?? findCommand("firefox-esr", "firefox");
const findWebKitDriver = () => findCommand("WebKitWebDriver");
const FIND = { chromium: findChromium, firefox: findFirefox, webkit: findWebKitDriver };

/** The executable: of WebKit, its driver. @param {Engine} engine */
export function executableOf(engine) {
  const path = FIND[engine]();
  if (path === undefined) throw new Error(howToGet([engine]));
  return path;
}

/** @param {Engine} engine */
export function isInstalled(engine) {
  if (FIND[engine]() === undefined) return false;
  return engine !== "webkit" || (findCommand("Xvfb") !== undefined && hasPythonBinding());
}

/** @param {readonly Engine[]} engines */
export function packagesOf(engines) {
  return engines.flatMap((engine) => PACKAGES[engine]);
}

/** A clause. @param {readonly Engine[]} engines */
export function sayMissing(engines) {
  return `${engines.map((engine) => NAMES[engine]).join(", ")} ${engines.length === 1 ? "is" : "are"} missing`;
}

/** One line. @param {readonly Engine[]} engines */
export function howToGet(engines) {
  return `${sayMissing(engines)}: run \`npm run setup:browsers\` (apt-get install ${packagesOf(engines).join(" ")})`;
}

function hasPythonBinding() {
  if (!existsSync(SYSTEM_PYTHON) || !existsSync("/usr/lib/python3/dist-packages/gi")) return false;
  const ofArchitecture = readdirSync("/usr/lib").map((name) => join("/usr/lib", name));
  return ofArchitecture.some((lib) => existsSync(join(lib, "girepository-1.0", "WebKit2-4.1.typelib")));
}
