/** Says how large what an app loads of us is, minified and gzipped, and fails where that is more than it may be. Reads dist/. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { runAsCommand } from "./as-command.mjs";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const CRYPTO_WASM = "@matrix-org/matrix-sdk-crypto-wasm";

/**
 * Limits in kB (1000 bytes): about a tenth above what it was, so that growth is noticed.
 * @type {readonly { what: string, file: string, external?: string[], limit: number }[]}
 */
const PARTS = [
  { what: "page, without elements", file: "index.js", limit: 26 },
  {
    what: "page, with elements, without lit",
    file: "components.js",
    external: ["lit", "lit/*", "@lit/task"],
    limit: 44,
  },
  { what: "page, with elements", file: "components.js", limit: 52 },
  { what: "worker, without crypto-wasm", file: "worker/key-backup.worker.js", external: [CRYPTO_WASM], limit: 38 },
  { what: "worker, with crypto-wasm's JavaScript", file: "worker/key-backup.worker.js", limit: 62 },
];

/** @param {typeof PARTS[number]} part @returns {Promise<number>} kB */
async function sizeOf({ file, external = [] }) {
  const { outputFiles } = await build({
    entryPoints: [join(DIST, file)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    external,
    logLevel: "error",
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length / 1000;
}

async function checkSizes() {
  const tooLarge = [];
  for (const part of PARTS) {
    const size = await sizeOf(part);
    console.log(`${size.toFixed(1).padStart(6)} kB of ${part.limit} kB  ${part.what}`);
    if (size > part.limit) tooLarge.push(part.what);
  }
  if (tooLarge.length > 0) throw new Error(`Larger than it may be: ${tooLarge.join("; ")}`);
}

await runAsCommand(import.meta.url, checkSizes);
