/** Lets a script be both a command and a module: loading it does nothing, starting node with it does its work. */
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";

/**
 * Runs `main` if node was started with the script at `url`. An error ends the process with its message and exit code 1.
 * @param {string} url the script's `import.meta.url` @param {() => unknown} main
 */
export async function runAsCommand(url, main) {
  if (!isStarted(url)) return;
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/** node resolves links in a module's URL, but not in its own arguments. @param {string} url */
function isStarted(url) {
  const [, script] = process.argv;
  return script !== undefined && url === pathToFileURL(realpathSync(script)).href;
}
