/** Our worker as one file, as a host ships it: with a request for each module, most of the time of a test would go into loading it. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WORKER = "src/worker/key-backup.worker.ts";
/** With the oldest peers, too: see oldest-peers.mjs. */
const PATHS = [`/${WORKER}`, `/oldest-peers/${WORKER}`];

/** @returns {import("@web/dev-server-core").Plugin} */
export function bundledWorkerPlugin() {
  /** @type {Promise<string> | undefined} */
  let bundle;
  return {
    name: "bundled-worker",
    async serve({ path }) {
      if (!PATHS.includes(path.replace(/\.js$/, ".ts"))) return;
      bundle ??= bundleWorker();
      return { body: await bundle, type: "js" };
    },
  };
}

async function bundleWorker() {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [WORKER],
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    // The page's copy or the oldest one: the test server says which.
    external: ["@matrix-org/matrix-sdk-crypto-wasm"],
    logLevel: "error",
  });
  return /** @type {import("esbuild").OutputFile} */ (outputFiles[0]).text;
}
