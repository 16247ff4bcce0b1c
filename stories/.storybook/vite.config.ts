/** For the live story: the development homeserver of the demo page, on the address of Storybook. */
import { defineConfig } from "vite";
import { developmentHomeserver } from "../../demo/homeserver/plugin.js";

export default defineConfig({
  plugins: [developmentHomeserver()],
  worker: { format: "es" },
  // It finds its .wasm beside itself.
  optimizeDeps: { exclude: ["@matrix-org/matrix-sdk-crypto-wasm"] },
});
