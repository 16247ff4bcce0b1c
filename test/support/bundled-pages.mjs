/** Pages as a host ships them: bundled by Vite, served as files, each loaded and reloaded within milliseconds. */
import { build, preview } from "vite";

/**
 * @param {object} pages
 * @param {string} pages.root directory of the pages
 * @param {readonly string[]} pages.names of the pages: `name` is the file `name.html`
 * @param {string} pages.out directory for the bundle, emptied before
 * @param {import("node:http").OutgoingHttpHeaders} [pages.headers] sent with each file
 * @param {() => import("vite").Plugin[]} [pages.plugins] of the page, and of its worker
 * @returns {Promise<{ url: (name: string) => string, close: () => Promise<void> }>}
 */
export async function serveBundledPages({ root, names, out, headers = {}, plugins = () => [] }) {
  const config = /** @type {const} */ ({ root, configFile: false, logLevel: "error" });
  const input = names.map((name) => `${root}/${name}.html`);
  await build({
    ...config,
    plugins: plugins(),
    worker: { format: "es", plugins },
    build: { outDir: out, emptyOutDir: true, target: "esnext", chunkSizeWarningLimit: 1e6, rolldownOptions: { input } },
  });
  const server = await preview({
    ...config,
    build: { outDir: out },
    preview: { host: "127.0.0.1", port: 0, headers },
  });
  const [origin] = server.resolvedUrls?.local ?? [];
  return { url: (name) => `${origin}${name}.html`, close: () => server.close() };
}
