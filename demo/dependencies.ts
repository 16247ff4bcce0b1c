/** How Vite's development server treats the dependencies of the demo page and of the live story. */
import { fileURLToPath } from "node:url";
import type { DepOptimizationOptions } from "vite";

const SOURCES = fileURLToPath(new URL("../{src,components}/**/*.ts", import.meta.url));

/**
 * Vite finds only the imports of its entries before the page opens; one that it finds later reloads the page. It does not follow the URL
 * of a worker, so all sources are entries: a new import anywhere in them is found in time, too.
 * @param entries of the page, from Vite's root
 */
export function foundInTime(entries: string[]): DepOptimizationOptions {
  return {
    entries: [...entries, SOURCES],
    // It finds its .wasm beside itself.
    exclude: ["@matrix-org/matrix-sdk-crypto-wasm"],
  };
}
