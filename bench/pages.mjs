/** The benchmark's pages, cross-origin isolated. */
import { fileURLToPath } from "node:url";
import { serveBundledPages } from "../test/support/bundled-pages.mjs";

const ROOT = fileURLToPath(new URL("page", import.meta.url));
const OUT = fileURLToPath(new URL("../.cache/bench", import.meta.url));
const HEADERS = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** @param {string[]} names of the pages @param {string} intensity of ours */
export async function servePages(names, intensity) {
  const pages = await serveBundledPages({ root: ROOT, names, out: OUT, headers: HEADERS });
  return {
    url: (/** @type {string} */ name) => `${pages.url(name)}?intensity=${intensity}`,
    close: () => pages.close(),
  };
}
