/** Installs the browsers of the tests that are missing, with apt-get. Does nothing, and quickly, if all are there. */
import { ENGINES, howToGet, isInstalled, packagesOf, sayMissing } from "../test/support/browsers/installed.mjs";
import { installPackages } from "./apt-get.mjs";
import { runAsCommand } from "./as-command.mjs";

/** Throws, and says what to do, if a browser is missing and cannot be installed from here. */
export function setupBrowsers() {
  const missing = missingEngines();
  if (missing.length === 0) return;
  installPackages(sayMissing(missing), packagesOf(missing));
  const still = missingEngines();
  if (still.length > 0) throw new Error(howToGet(still));
}

function missingEngines() {
  return ENGINES.filter((engine) => !isInstalled(engine));
}

await runAsCommand(import.meta.url, setupBrowsers);
