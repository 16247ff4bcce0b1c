/** Installs the engines of the tests that are not there, by apt. It does nothing, and that quickly, when all are. */
import { spawnSync } from "node:child_process";
import { ENGINES, howToGet, isInstalled, packagesOf } from "../test/support/browsers/installed.mjs";
import { runAsCommand } from "./as-command.mjs";

/** Throws, with the way to get it, if something is missing and cannot be installed from here. */
export function setupBrowsers() {
  const missing = ENGINES.filter((engine) => !isInstalled(engine));
  if (missing.length === 0) return;
  const packages = packagesOf(missing);
  if (process.getuid?.() !== 0) {
    throw new Error(
      `${missing.join(", ")} missing: run \`sudo apt-get update && sudo apt-get install ${packages.join(" ")}\``,
    );
  }
  console.log(`Installing ${packages.join(" ")} (a few minutes) ...`);
  // A new machine may have no lists yet.
  aptGet("update");
  aptGet("install", "--yes", "--no-install-recommends", ...packages);
  const still = ENGINES.filter((engine) => !isInstalled(engine));
  if (still.length > 0) throw new Error(howToGet(still));
}

/** @param {string[]} args */
function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, stdout, stderr, error } = spawnSync("apt-get", ["--quiet", ...args], { encoding: "utf8", env });
  if (status === 0) return;
  throw new Error(`\`apt-get ${args.join(" ")}\` failed.\n${error ?? `${stdout}${stderr}`.trim().slice(-4000)}`);
}

await runAsCommand(import.meta.url, setupBrowsers);
