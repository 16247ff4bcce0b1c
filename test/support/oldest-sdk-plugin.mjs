/**
 * For a page that Vite bundles with the oldest SDKs of the peer range: our sources import those in place of the newest ones. What the oldest
 * SDK imports in turn is its own.
 */
import { fileURLToPath } from "node:url";

const NODE_BUFFER = fileURLToPath(new URL("node-buffer.mjs", import.meta.url));
const OLDEST = new Map([
  ["matrix-js-sdk", "matrix-js-sdk-oldest"],
  ["@matrix-org/matrix-sdk-crypto-wasm", "matrix-sdk-crypto-wasm-oldest"],
]);

/** @returns {import("vite").Plugin} */
export function oldestSdkPlugin() {
  return {
    name: "oldest-sdk",
    enforce: "pre",
    resolveId(source, importer) {
      if (!importer || importer.includes("/node_modules/")) return null;
      const name = [...OLDEST.keys()].find((known) => source === known || source.startsWith(`${known}/`));
      return name ? this.resolve(source.replace(name, OLDEST.get(name) ?? name), importer, { skipSelf: true }) : null;
    },
    /** It wants Node's Buffer of the page. */
    transform(code, id) {
      if (!id.includes("/matrix-js-sdk-oldest/") || !/\bBuffer\b/.test(code)) return null;
      return { code: `import { Buffer } from ${JSON.stringify(NODE_BUFFER)};\n${code}`, map: null };
    },
    config: () => ({ define: { global: "globalThis" } }),
  };
}
