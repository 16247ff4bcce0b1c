/**
 * Loads every script and every configuration of the project in this process, and prints their paths. Then puts a Chromium and a Firefox
 * into PATH, and prints where the test runner's configuration, which is loaded by then, finds them.
 */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runnerImport } from "vite";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NOT_OURS = ["node_modules", ".cache", ".git", "dist", "storybook-static"];
/** Scripts that only a page can load. */
const FOR_PAGES = ["test/support/commands.mjs", "test/support/node-buffer.mjs"];
/** In TypeScript, for Vite and Storybook. */
const CONFIGURATION = /(?:vite\.config|\.storybook\/main)\.ts$/;

/** @returns {string[]} paths from the root */
function allFiles() {
  const inRoot = readdirSync(ROOT, { withFileTypes: true }).filter(({ name }) => !NOT_OURS.includes(name));
  return inRoot.flatMap((entry) => (entry.isDirectory() ? filesIn(entry.name) : [entry.name]));
}

/** @param {string} directory */
function filesIn(directory) {
  const names = readdirSync(join(ROOT, directory), { recursive: true, encoding: "utf8" });
  return names.map((name) => join(directory, name));
}

/** @param {string} file */
function isScript(file) {
  const isThis = join(ROOT, file) === fileURLToPath(import.meta.url);
  return file.endsWith(".mjs") && !file.endsWith(".test.mjs") && !isThis && !FOR_PAGES.includes(file);
}

/** @param {string} file */
async function load(file) {
  try {
    if (isScript(file)) return await import(pathToFileURL(join(ROOT, file)).href);
    return await runnerImport(join(ROOT, file), { configFile: false });
  } catch (error) {
    throw new Error(`Cannot load ${file}`, { cause: error });
  }
}

/**
 * Of all browsers that are started from a path: that path, once.
 * @param {{ browsers: { launchers: { launchOptions?: { executablePath?: string } }[] }[] }} configuration
 */
function pathsOfBrowsers({ browsers }) {
  const launchers = browsers.flatMap((pool) => pool.launchers);
  return new Set(launchers.flatMap(({ launchOptions }) => launchOptions?.executablePath ?? []));
}

const files = allFiles().filter((file) => isScript(file) || CONFIGURATION.test(file));
for (const file of files) await load(file);
for (const file of files) console.log(file);
for (const name of ["chromium", "firefox-esr"]) writeFileSync(join(process.env.PATH ?? "", name), "", { mode: 0o755 });
for (const path of pathsOfBrowsers((await load("web-test-runner.config.mjs")).default)) console.log(path);
