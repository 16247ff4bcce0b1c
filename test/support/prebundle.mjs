/**
 * Packages with CommonJS parts cannot be served to a browser file by file, and one of many files takes its time: these are bundled once by
 * esbuild and kept in .cache/ until the lockfile changes. All entry points of a build share one instance of every module.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = join(ROOT, ".cache", "prebundled");
const PACKAGES = ["matrix-js-sdk", "matrix-js-sdk-oldest", "axe-core", "@noble/curves/ed25519.js"];
/** Brings its own crypto wasm, of CommonJS, and wants Node's Buffer of the page. */
const OLDEST_SDK = "matrix-js-sdk-oldest";
const FOR_OLDEST_SDK = { inject: ["test/support/node-buffer.mjs"] };
/** Left as an import, so that page and bundle have the same instance of the crypto wasm. */
const FOR_OTHERS = { external: ["@matrix-org/matrix-sdk-crypto-wasm"] };
const DIRECTORIES = ["src", "components", "stories", "test", "demo"];
const IMPORT = /(?:from|import)\s*\(?\s*"((?:matrix-js-sdk(?:-oldest)?|axe-core)(?:\/[^"]+)?)"/g;

/** @returns {import("@web/dev-server-core").Plugin} */
export function prebundlePlugin() {
  /** @type {Map<string, string>} */
  let bundles = new Map();
  return {
    name: "prebundle",
    async serverStart() {
      bundles = await prebundle();
    },
    resolveImport({ source }) {
      return bundles.get(source);
    },
  };
}

/** @returns {Promise<Map<string, string>>} path on the test server by import */
async function prebundle() {
  const entries = [...new Set([...PACKAGES, ...importsIn(DIRECTORIES)])].sort();
  const hash = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .update(entries.join());
  const name = hash.digest("hex").slice(0, 16);
  const directory = join(CACHE, name);
  if (!existsSync(directory)) await publish(entries, directory);
  return new Map(entries.map((entry) => [entry, `/.cache/prebundled/${name}/${fileName(entry)}.js`]));
}

/** By rename, so that two runs at a time do not see each other's half. @param {string[]} entries @param {string} directory */
async function publish(entries, directory) {
  const unfinished = `${directory}.${process.pid}`;
  const isOldest = (/** @type {string} */ entry) => entry.startsWith(OLDEST_SDK);
  const others = entries.filter((entry) => !isOldest(entry));
  await bundle(entries.filter(isOldest), unfinished, FOR_OLDEST_SDK);
  await bundle(others, unfinished, FOR_OTHERS);
  try {
    renameSync(unfinished, directory);
  } catch {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** @param {string[]} entries @param {string} outdir @param {import("esbuild").BuildOptions} options */
async function bundle(entries, outdir, options) {
  await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(entries.map((entry) => [fileName(entry), entry])),
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    ...options,
    define: { global: "globalThis" },
    logLevel: "error",
  });
}

/** @param {string} entry */
function fileName(entry) {
  return entry.replace(/\.js$/, "").replaceAll("/", "-");
}

/** Whatever subpath someone imports. @param {string[]} directories */
function importsIn(directories) {
  const files = directories.filter((directory) => existsSync(join(ROOT, directory))).flatMap(filesIn);
  return files.flatMap((file) => Array.from(readFileSync(file, "utf8").matchAll(IMPORT), ([, entry = ""]) => entry));
}

/** @param {string} directory */
function filesIn(directory) {
  const names = readdirSync(join(ROOT, directory), { recursive: true, encoding: "utf8" });
  return names.filter((name) => /\.m?[jt]s$/.test(name)).map((name) => join(ROOT, directory, name));
}
