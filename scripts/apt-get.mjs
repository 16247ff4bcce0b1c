/** Installs packages of Debian, as root. Without root, or without apt-get, it says in one line what to do. */
import { spawnSync } from "node:child_process";
import { commandsInPath } from "./commands-in-path.mjs";

/** Of apt-get's output, in an error: its last lines say what is wrong. */
const OUTPUT_CHARACTERS = 2000;

/** @param {string} missing a clause that says what is missing @param {string[]} packages */
export function installPackages(missing, packages) {
  const names = packages.join(" ");
  if (commandsInPath("apt-get").length === 0) {
    throw new Error(`${missing}, and there is no apt-get: install what Debian has as ${names}.`);
  }
  if (process.getuid?.() !== 0) {
    const command = `sudo apt-get update && sudo apt-get install ${names}`;
    throw new Error(`${missing}, and only root can install packages: run \`${command}\`.`);
  }
  console.log(`${missing}: apt-get installs ${names} (a few minutes) ...`);
  // A new machine may have no lists yet.
  aptGet("update");
  aptGet("install", "--yes", "--no-install-recommends", ...packages);
}

/** @param {string[]} args */
function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stdout, stderr, error } = spawnSync("apt-get", ["--quiet", ...args], { encoding: "utf8", env });
  if (status === 0) return;
  const output = error?.message ?? `${stdout}${stderr}`.trim().slice(-OUTPUT_CHARACTERS);
  throw new Error(`\`apt-get ${args.join(" ")}\` failed:\n${output}`);
}
