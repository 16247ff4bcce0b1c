/** focus-traps.ts as one file: React and what is made for it are CommonJS, which no browser loads. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TRAPS = "test/support/focus-traps.ts";

/** @returns {import("@web/dev-server-core").Plugin} */
export function bundledTrapsPlugin() {
  /** @type {Promise<string> | undefined} */
  let bundle;
  return {
    name: "bundled-traps",
    async serve({ path }) {
      if (path.replace(/\.js$/, ".ts") !== `/${TRAPS}`) return;
      bundle ??= bundleTraps();
      return { body: await bundle, type: "js" };
    },
  };
}

async function bundleTraps() {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [TRAPS],
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  return /** @type {import("esbuild").OutputFile} */ (outputFiles[0]).text;
}
