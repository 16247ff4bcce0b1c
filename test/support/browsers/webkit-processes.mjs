/** Starts what WebKitGTK needs to run headless: a virtual screen and its WebDriver. It opens no session. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePort } from "../free-port.mjs";
import { executableOf } from "./installed.mjs";

const START_TIMEOUT_MS = 20_000;

/** @returns {Promise<{ driverUrl: string, profile: string, stop: () => void }>} */
export async function startWebKitProcesses() {
  const profile = mkdtempSync(join(tmpdir(), "key-backup-sync-webkit-"));
  const screen = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const display = await readDisplay(screen);
  const port = await findFreePort();
  const driver = startDriver(port, display, profile);
  const stop = stopper([driver, screen], profile);
  const driverUrl = `http://127.0.0.1:${port}`;
  await whenReady(driverUrl);
  return { driverUrl, profile, stop };
}

/** @param {import("node:child_process").ChildProcess} screen */
async function readDisplay(screen) {
  const [text] = await once(/** @type {import("node:stream").Readable} */ (screen.stdio[3]), "data");
  return `:${String(text).trim()}`;
}

/** @param {number} port @param {string} display @param {string} profile */
function startDriver(port, display, profile) {
  const env = {
    ...process.env,
    DISPLAY: display,
    GDK_BACKEND: "x11",
    HOME: profile,
    XDG_RUNTIME_DIR: profile,
    LIBGL_ALWAYS_SOFTWARE: "1",
    WEBKIT_DISABLE_DMABUF_RENDERER: "1",
    // There is no desktop that could answer: without these it waits for one.
    GIO_USE_VFS: "local",
    GSETTINGS_BACKEND: "memory",
    NO_AT_BRIDGE: "1",
  };
  // A process group of its own, so that the browser goes with its driver.
  return spawn(executableOf("webkit"), [`--port=${port}`], { env, stdio: "ignore", detached: true });
}

/** @param {[import("node:child_process").ChildProcess, import("node:child_process").ChildProcess]} processes @param {string} profile */
function stopper([driver, screen], profile) {
  const stop = () => {
    process.off("exit", stop);
    killGroup(driver);
    screen.kill();
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  };
  process.on("exit", stop);
  return stop;
}

/** @param {import("node:child_process").ChildProcess} leader */
function killGroup({ pid }) {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** @param {string} driverUrl */
async function whenReady(driverUrl) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(driverUrl))) {
    if (Date.now() > deadline) throw new Error("WebKitWebDriver does not answer");
    await delay(20);
  }
}

/** @param {string} driverUrl */
async function answers(driverUrl) {
  try {
    return (await fetch(`${driverUrl}/status`)).ok;
  } catch {
    return false;
  }
}
