/** How an example is served: its build as files, or by the development server that it has. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePort } from "../support/free-port.mjs";

/** @typedef {{ url: string, close: () => Promise<void> }} Server */

/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};
const START_TIMEOUT_MS = 60_000;

/** @param {string} directory @returns {Promise<Server>} */
export async function serveFiles(directory) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(directory, path.endsWith("/") ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}/`, close };
}

/** @param {string} directory @returns {Promise<Server>} */
export async function startDevelopment(directory) {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}/`;
  const args = ["run", "--silent", "dev", "--", "--host", "127.0.0.1", "--port", String(port)];
  const npm = spawn("npm", args, { cwd: directory, detached: true, stdio: "ignore" });
  const close = async () => {
    if (npm.pid !== undefined && npm.exitCode === null) process.kill(-npm.pid, "SIGKILL");
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isUp(url))) {
    if (Date.now() > deadline) {
      await close();
      throw new Error("The development server did not start");
    }
    await delay(100);
  }
  return { url, close };
}

/** @param {string} url */
async function isUp(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
