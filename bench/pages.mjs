/** Bundles the benchmark's pages and serves them cross-origin isolated. */
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const ROOT = fileURLToPath(new URL("page", import.meta.url));
const OUT = fileURLToPath(new URL("../.cache/bench", import.meta.url));
const HEADERS = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/**
 * @param {string[]} names of the pages
 * @returns {Promise<{ url: (name: string) => string, close: () => Promise<void> }>}
 */
export async function servePages(names) {
  const config = /** @type {const} */ ({ root: ROOT, configFile: false, logLevel: "error" });
  const input = names.map((name) => `${ROOT}/${name}.html`);
  await build({
    ...config,
    worker: { format: "es" },
    build: { outDir: OUT, emptyOutDir: true, target: "esnext", chunkSizeWarningLimit: 1e6, rolldownOptions: { input } },
  });
  const server = await preview({
    ...config,
    build: { outDir: OUT },
    preview: { host: "127.0.0.1", port: 0, headers: HEADERS },
  });
  const [origin] = server.resolvedUrls?.local ?? [];
  return { url: (name) => `${origin}${name}.html`, close: () => server.close() };
}
