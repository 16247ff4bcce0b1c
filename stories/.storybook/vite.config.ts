/** For the live story: the development homeserver of the demo page, on the address of Storybook. */
import { defineConfig } from "vite";
import { developmentHomeserver } from "../../demo/homeserver/plugin.js";

export default defineConfig({
  plugins: [developmentHomeserver()],
  worker: { format: "es" },
  optimizeDeps: {
    // Storybook looks into no story before it is opened: found late, what they need would reload the page.
    entries: ["*.ts", ".storybook/preview.ts"],
    // It finds its .wasm beside itself.
    exclude: ["@matrix-org/matrix-sdk-crypto-wasm"],
    // Only the worker has it.
    include: ["idb"],
  },
});
