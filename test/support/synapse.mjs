/**
 * Starts a real Synapse for a test: new, empty, on 127.0.0.1, gone with whoever started it.
 * It does not install it (see scripts/setup-synapse.mjs) and puts nothing into it (see synapse-seed.mjs).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SYNAPSE_PYTHON, setupSynapse } from "../../scripts/setup-synapse.mjs";
import { findFreePort } from "./free-port.mjs";
import {
  configPath,
  databasePath,
  logConfigPath,
  logPath,
  makeSigningKey,
  signingKeyPath,
  synapseConfig,
  synapseLogConfig,
} from "./synapse-config.mjs";

/** @typedef {{ userId: string, deviceId: string, accessToken: string }} RegisteredUser */
/**
 * @typedef {object} Synapse
 * @property {string} url base URL, no slash at its end
 * @property {string} databasePath its sqlite database
 * @property {string} logPath warnings and errors
 * @property {(name: string, password: string) => Promise<RegisteredUser>} registerUser with a first device
 * @property {() => Promise<void>} stop deletes all it kept, too
 */

const LAUNCHER = fileURLToPath(new URL("synapse-launch.py", import.meta.url));
const START_TIMEOUT_MS = 60_000;

/** Resolves when it answers. @param {{ port?: number }} [options] @returns {Promise<Synapse>} */
export async function startSynapse({ port } = {}) {
  setupSynapse();
  const at = port ?? (await findFreePort());
  const directory = writeFiles(at);
  const url = `http://127.0.0.1:${at}`;
  const process = launch(directory);
  await whenReady(url, process, directory);
  return {
    url,
    databasePath: databasePath(directory),
    logPath: logPath(directory),
    registerUser: (name, password) => registerUser(url, name, password),
    stop: () => stop(process),
  };
}

/** @param {number} port */
function writeFiles(port) {
  const directory = mkdtempSync(join(tmpdir(), "key-backup-sync-synapse-"));
  writeFileSync(configPath(directory), synapseConfig(directory, port));
  writeFileSync(logConfigPath(directory), synapseLogConfig(directory));
  writeFileSync(signingKeyPath(directory), makeSigningKey(), { mode: 0o600 });
  return directory;
}

/** @param {string} directory */
function launch(directory) {
  return spawn(SYNAPSE_PYTHON, [LAUNCHER, configPath(directory)], {
    cwd: directory,
    stdio: ["pipe", "ignore", "pipe"],
  });
}

/** @param {string} url @param {ReturnType<typeof launch>} process @param {string} directory */
async function whenReady(url, process, directory) {
  let complaint = "";
  process.stderr.on("data", (text) => {
    complaint = `${complaint}${text}`.slice(-4000);
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(url))) {
    if (process.exitCode === null && Date.now() < deadline) {
      await delay(50);
      continue;
    }
    const log = existsSync(logPath(directory)) ? readFileSync(logPath(directory), "utf8").slice(-4000) : "";
    await stop(process);
    throw new Error(`Synapse did not start.\n${complaint}${log}`);
  }
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(`${url}/_matrix/client/versions`)).ok;
  } catch {
    return false;
  }
}

/** The launcher ends when its standard input does. @param {ReturnType<typeof launch>} process */
async function stop(process) {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const exit = once(process, "exit");
  process.stdin.end();
  await exit;
}

/** @param {string} url @param {string} username @param {string} password @returns {Promise<RegisteredUser>} */
async function registerUser(url, username, password) {
  const response = await fetch(`${url}/_matrix/client/v3/register`, {
    method: "POST",
    body: JSON.stringify({ username, password, auth: { type: "m.login.dummy" } }),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(`Cannot register: ${JSON.stringify(body)}`);
  return { userId: body.user_id, deviceId: body.device_id, accessToken: body.access_token };
}
