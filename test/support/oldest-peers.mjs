/**
 * The project as a page has it with the oldest crypto-wasm of the peer range: below `/oldest-peers/` the sources are there once more,
 * worker included, and import that one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PREFIX = "/oldest-peers/";
const OLDEST = new Map([
  ["@matrix-org/matrix-sdk-crypto-wasm", "/node_modules/matrix-sdk-crypto-wasm-oldest/index.mjs"],
]);

/** @returns {import("@web/dev-server-core").Plugin} */
export function oldestPeersPlugin() {
  return {
    name: "oldest-peers",
    serve(context) {
      if (!context.path.startsWith(`${PREFIX}src/`)) return;
      // For the plugins after this one, which go by it.
      context.path = context.path.replace(/\.js$/, ".ts");
      return { body: readFileSync(join(ROOT, context.path.slice(PREFIX.length)), "utf8"), type: "js" };
    },
    resolveImport({ source, context }) {
      return context.path.startsWith(PREFIX) ? OLDEST.get(source) : undefined;
    },
  };
}
