/**
 * Makes sure that the Synapse of the tests and the benchmark is there: a Python venv at .cache/synapse.
 * It does not start it: see test/support/synapse.mjs.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "./apt-get.mjs";
import { runAsCommand } from "./as-command.mjs";
import { commandsInPath } from "./commands-in-path.mjs";

const REQUIREMENT = "matrix-synapse==1.163.2";
const VENV = join(dirname(fileURLToPath(import.meta.url)), "..", ".cache", "synapse");
/** Written last, so that an interrupted installation is never taken for a whole one. */
const MARKER = "installed.txt";
const NEEDS = "Synapse needs Python 3.10 or newer with venv, which is missing";

/** The venv's Python. Its console scripts are of no use: they name the directory in which the venv was built. */
export const SYNAPSE_PYTHON = join(VENV, "bin", "python");

/** Installs Synapse if it is not there. */
export function setupSynapse() {
  if (isInstalled()) return;
  const building = `${VENV}.${process.pid}`;
  try {
    install(findPython() ?? installPython(), building);
    publish(building);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

function isInstalled() {
  const marker = join(VENV, MARKER);
  return existsSync(SYNAPSE_PYTHON) && existsSync(marker) && readFileSync(marker, "utf8") === REQUIREMENT;
}

/** @param {string} python @param {string} venv */
function install(python, venv) {
  console.log(`Synapse is missing: pip installs ${REQUIREMENT} into .cache/ (about a minute) ...`);
  mkdirSync(dirname(venv), { recursive: true });
  run(python, ["-m", "venv", venv]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
  run(join(venv, "bin", "python"), [...pip, "--only-binary", "matrix-synapse", REQUIREMENT]);
  writeFileSync(join(venv, MARKER), REQUIREMENT);
}

/** By rename, so that two setups at a time do not write into the same venv. @param {string} building */
function publish(building) {
  if (isInstalled()) return;
  rmSync(VENV, { recursive: true, force: true });
  renameSync(building, VENV);
}

/** @returns {string | undefined} a Python that can make a venv with pip in it */
function findPython() {
  const check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
  // The system's Python may not be the first one in PATH, but is the one that apt-get can complete.
  const candidates = [process.env.PYTHON ?? [], commandsInPath("python3")].flat();
  return candidates.find((python) => spawnSync(python, ["-c", check]).status === 0);
}

function installPython() {
  installPackages(NEEDS, ["python3-venv"]);
  const python = findPython();
  if (python === undefined) throw new Error(`${NEEDS} though python3-venv is installed.`);
  return python;
}

/** @param {string} command @param {string[]} args */
function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  throw new Error(`\`${command} ${args.join(" ")}\` failed:\n${error?.message ?? `${stdout}${stderr}`.trim()}`);
}

await runAsCommand(import.meta.url, setupSynapse);
