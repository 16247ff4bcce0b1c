/** For the live story: the development homeserver of the demo page, on the address of Storybook. */
import { defineConfig } from "vite";
import { foundInTime } from "../../demo/dependencies.js";
import { developmentHomeserver } from "../../demo/homeserver/plugin.js";

export default defineConfig({
  plugins: [developmentHomeserver()],
  worker: { format: "es" },
  // Storybook looks into no story before it is opened.
  optimizeDeps: foundInTime(["*.ts", ".storybook/preview.ts"]),
});
