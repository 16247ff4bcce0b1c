/** The demo page and its homeserver on one address. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { foundInTime } from "./dependencies.js";
import { developmentHomeserver } from "./homeserver/plugin.js";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [developmentHomeserver({ keys: Number(process.env.DEMO_KEYS ?? 5000) })],
  server: { host: "127.0.0.1" },
  worker: { format: "es" },
  optimizeDeps: foundInTime(["index.html"]),
});
