/**
 * Builds dist/ anew: one file for each entry point of the package, one for what they share, the worker as one file, and standalone/ for
 * pages without a bundler. Sources are in the source maps alone: some resolvers would take a source for a module.
 */
import { spawnSync } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { runAsCommand } from "./as-command.mjs";
import { publishFrameworkTypes } from "./framework-types.mjs";
import { publishManifest } from "./published-manifest.mjs";
import { publishTypes } from "./published-types.mjs";
import { noticesOf } from "./third-party-notices.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const CRYPTO_WASM = "@matrix-org/matrix-sdk-crypto-wasm";
const WASM = "pkg/matrix_sdk_crypto_wasm_bg.wasm";
/** What an app can import, of which types are published. */
const TYPED = [
  "src/index",
  "src/from-olm-machine",
  "src/worker/key-backup.worker",
  "components/index",
  "components/standalone",
];
const WORKER = { "worker/key-backup.worker": "src/worker/key-backup.worker.ts" };

const COMMON = /** @type {const} */ ({
  absWorkingDir: ROOT,
  bundle: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

async function buildAll() {
  rmSync(DIST, { recursive: true, force: true });
  const results = await Promise.all([bundlePage(), bundleWorker(), bundleStandalone()]);
  emitTypes();
  publishTypes(join(DIST, "types"), TYPED);
  publishManifest(ROOT);
  const react = await publishFrameworkTypes(ROOT);
  const metafiles = [...results.map(({ metafile }) => metafile), react];
  writeFileSync(join(DIST, "THIRD-PARTY-LICENCES.txt"), noticesOf(ROOT, metafiles));
}

/** For the bundler of an app: lit and crypto-wasm come from there. */
function bundlePage() {
  return build({
    ...COMMON,
    entryPoints: {
      index: "src/index.ts",
      components: "components/index.ts",
      "olm-machine": "src/from-olm-machine.ts",
    },
    outdir: DIST,
    splitting: true,
    chunkNames: "shared-[hash]",
    packages: "external",
    sourcemap: true,
  });
}

/** With all that it needs but crypto-wasm, of which an app has one copy. */
function bundleWorker() {
  return build({ ...COMMON, entryPoints: WORKER, outdir: DIST, external: [CRYPTO_WASM], sourcemap: true });
}

/** With all that it needs: nothing is resolved by a browser, the worker and the WebAssembly are found beside the page's file. */
async function bundleStandalone() {
  const outdir = join(DIST, "standalone");
  const entryPoints = { "key-backup-sync": "components/standalone.ts", ...WORKER };
  const result = await build({ ...COMMON, entryPoints, outdir, minify: true });
  cpSync(join(ROOT, "node_modules", CRYPTO_WASM, WASM), join(outdir, "worker", WASM));
  return result;
}

function emitTypes() {
  const { status } = spawnSync("npx", ["tsc", "-p", "tsconfig.build.json"], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) throw new Error("The types could not be written");
}

await runAsCommand(import.meta.url, buildAll);
