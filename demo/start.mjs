/** `npm start [-- --keys N] [-- --port N]`: the demo page and the development homeserver. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createServer } from "vite";

const { values } = parseArgs({ options: { keys: { type: "string" }, port: { type: "string" } } });
process.env.DEMO_KEYS = String(wholeNumber("keys", values.keys ?? "5000"));

const server = await createServer({
  configFile: fileURLToPath(new URL("vite.config.ts", import.meta.url)),
  logLevel: "warn",
  server: values.port === undefined ? {} : { port: wholeNumber("port", values.port) },
});
await server.listen();
console.log(`Key backup sync, the demo: ${server.resolvedUrls?.local[0]}`);
if (hasDesktop()) server.openBrowser();

/** @param {string} name @param {string} value */
function wholeNumber(name, value) {
  if (/^\d+$/.test(value)) return Number(value);
  console.error(`--${name} needs a whole number, not "${value}"`);
  process.exit(1);
}

function hasDesktop() {
  const { CI, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI || !process.stdout.isTTY) return false;
  return process.platform !== "linux" || Boolean(DISPLAY || WAYLAND_DISPLAY);
}
