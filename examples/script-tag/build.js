/** Your own client comes from wherever it comes from: here esbuild makes a file of it. Ours is copied as it is. */
import { cpSync } from "node:fs";
import { build } from "esbuild";

await build({
  entryPoints: ["src/matrix.js"],
  bundle: true,
  minify: true,
  format: "esm",
  outdir: "dist",
  define: { global: "globalThis" },
});
const wasm = "pkg/matrix_sdk_crypto_wasm_bg.wasm";
cpSync(`node_modules/@matrix-org/matrix-sdk-crypto-wasm/${wasm}`, `dist/${wasm}`);
cpSync("node_modules/key-backup-sync/dist/standalone", "dist/key-backup-sync", { recursive: true });
cpSync("index.html", "dist/index.html");
cpSync("src/page.js", "dist/page.js");
