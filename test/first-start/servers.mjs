/** The development servers of `npm start` and `npm run storybook`, as they start in a fresh clone: with an empty cache. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createLogger, createServer } from "vite";
import { findFreePort } from "../support/free-port.mjs";

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {() => string} log what it said so far
 * @property {() => Promise<void>} close deletes its cache, too
 */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DEMO_CONFIG = join(ROOT, "demo", "vite.config.ts");
const CACHE = join(ROOT, ".cache");
const KEYS = 200;
const START_TIMEOUT_MS = 120_000;

/** @returns {Promise<Server>} */
export async function startDemo() {
  process.env.DEMO_KEYS = String(KEYS);
  const { cacheDir, remove } = emptyCache();
  /** @type {string[]} */
  const lines = [];
  const say = (/** @type {string} */ line) => lines.push(line);
  const customLogger = { ...createLogger(), info: say, warn: say, warnOnce: say, error: say };
  const server = await createServer({
    configFile: DEMO_CONFIG,
    cacheDir,
    customLogger,
    server: { port: await findFreePort(), strictPort: true },
  });
  await server.listen();
  const close = () => server.close().then(remove);
  return { url: server.resolvedUrls?.local[0] ?? "", log: () => lines.join("\n"), close };
}

/** @returns {Promise<Server>} */
export async function startStorybook() {
  const { cacheDir, remove } = emptyCache();
  const port = await findFreePort();
  const args = ["run", "--silent", "storybook", "--", "-p", String(port), "--exact-port"];
  // A process group of its own, so that Storybook goes with npm.
  const npm = spawn("npm", args, { cwd: ROOT, env: { ...process.env, CACHE_DIR: cacheDir }, detached: true });
  let log = "";
  for (const output of [npm.stdout, npm.stderr]) output.on("data", (text) => (log += text));
  const close = async () => {
    await stopGroup(npm);
    remove();
  };
  const url = `http://127.0.0.1:${port}/`;
  await whenUp(url, npm, () => log);
  return { url, log: () => log, close };
}

/** In the project: what is in it imports packages of the project. */
function emptyCache() {
  mkdirSync(CACHE, { recursive: true });
  const cacheDir = mkdtempSync(join(CACHE, "first-start-"));
  return { cacheDir, remove: () => rmSync(cacheDir, { recursive: true, force: true, maxRetries: 5 }) };
}

/** @param {import("node:child_process").ChildProcess} leader */
async function stopGroup(leader) {
  if (leader.pid === undefined || leader.exitCode !== null || leader.signalCode !== null) return;
  const exit = once(leader, "exit");
  process.kill(-leader.pid, "SIGKILL");
  await exit;
}

/** @param {string} url @param {import("node:child_process").ChildProcess} npm @param {() => string} log */
async function whenUp(url, npm, log) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (npm.exitCode !== null || Date.now() > deadline) {
      await stopGroup(npm);
      throw new Error(`Storybook did not start:\n${log()}`);
    }
    await delay(100);
  }
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
