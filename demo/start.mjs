/** `npm start [-- --keys N] [-- --port N]`: the demo page and the development homeserver. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runAsCommand } from "../scripts/as-command.mjs";

const PORT = 8090;

async function start() {
  try {
    await openDemo(optionsIn(process.argv.slice(2)));
  } catch (error) {
    throw new Error(`The demo cannot start: ${error instanceof Error ? error.message : error}`);
  }
}

/** @param {{ keys: number, port: number }} options */
async function openDemo({ keys, port }) {
  process.env.DEMO_KEYS = String(keys);
  const server = await serve(await loadVite(), port);
  const { url, port: taken } = addressOf(server);
  if (taken !== port) console.log(`Port ${port} is in use; taking ${taken}.`);
  console.log(`Key backup sync, the demo: ${url}`);
  if (hasDesktop()) server.openBrowser();
}

/** @param {string[]} args */
function optionsIn(args) {
  const { values } = parseArgs({ args, options: { keys: { type: "string" }, port: { type: "string" } } });
  const port = wholeNumber("port", values.port ?? String(PORT));
  if (port < 1 || port > 65_535) throw new Error(`--port needs a number from 1 to 65535, not ${port}.`);
  return { keys: wholeNumber("keys", values.keys ?? "5000"), port };
}

/** @param {string} name @param {string} value */
function wholeNumber(name, value) {
  if (/^\d+$/.test(value)) return Number(value);
  throw new Error(`--${name} needs a whole number, not "${value}".`);
}

async function loadVite() {
  try {
    return await import("vite");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") {
      throw new Error('its packages are missing. Run "npm ci" first.');
    }
    throw error;
  }
}

/** On the next free port, if this one is in use. @param {typeof import("vite")} vite @param {number} port */
async function serve(vite, port) {
  const server = await vite.createServer({
    configFile: fileURLToPath(new URL("vite.config.ts", import.meta.url)),
    logLevel: "warn",
    server: { port },
  });
  return await server.listen();
}

/** @param {import("vite").ViteDevServer} server */
function addressOf({ resolvedUrls }) {
  const [url = ""] = resolvedUrls?.local ?? [];
  return { url, port: Number(new URL(url).port || 80) };
}

function hasDesktop() {
  const { CI, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI || !process.stdout.isTTY) return false;
  return process.platform !== "linux" || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

await runAsCommand(import.meta.url, start);
