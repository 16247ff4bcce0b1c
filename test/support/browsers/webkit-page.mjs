/**
 * As much of Playwright's `Page` as the commands of @web/test-runner-commands call (keys, mouse, viewport, media), over WebDriver.
 * @see https://www.w3.org/TR/webdriver2/#keyboard-actions
 */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

/** @type {Readonly<Record<string, string>>} */
const KEYS = {
  Backspace: "\uE003",
  Tab: "\uE004",
  Enter: "\uE007",
  Shift: "\uE008",
  Control: "\uE009",
  Alt: "\uE00A",
  Escape: "\uE00C",
  Space: " ",
  PageUp: "\uE00E",
  PageDown: "\uE00F",
  End: "\uE010",
  Home: "\uE011",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
  Delete: "\uE017",
  Meta: "\uE03D",
};
const BUTTONS = ["left", "middle", "right"];
const TIMEOUT_MS = 5000;

/** @typedef {import("./webdriver.mjs").WebDriverSession} WebDriverSession */
/** @typedef {{ button?: string }} ButtonOptions */
/** @typedef {{ width: number, height: number }} Size */
/** @typedef {{ colorScheme?: string | null, reducedMotion?: string | null }} Media */

/** @param {WebDriverSession} session @param {string} profile of the browser */
export function webkitPage(session, profile) {
  return {
    keyboard: keyboard(session),
    mouse: mouse(session),
    /** @param {Size} size */
    setViewportSize: (size) => setViewportSize(session, size),
    /** @param {Media} media */
    emulateMedia: (media) => emulateMedia(session, profile, media),
  };
}

/** @param {string} key */
const keyDown = (key) => ({ type: "keyDown", value: KEYS[key] ?? key });
/** @param {string} key */
const keyUp = (key) => ({ type: "keyUp", value: KEYS[key] ?? key });

/** @param {WebDriverSession} session */
function keyboard(session) {
  /** @param {object[]} actions */
  const perform = (actions) => session.perform("key", actions);
  return {
    /** @param {string} text */
    type: (text) => perform([...text].flatMap((key) => [keyDown(key), keyUp(key)])),
    /** @param {string} key */
    press: (key) => perform([keyDown(key), keyUp(key)]),
    /** @param {string} key */
    down: (key) => perform([keyDown(key)]),
    /** @param {string} key */
    up: (key) => perform([keyUp(key)]),
  };
}

/** @param {number} x @param {number} y */
const pointerMove = (x, y) => ({ type: "pointerMove", duration: 0, x, y });
/** @param {"pointerDown" | "pointerUp"} type @param {ButtonOptions} [options] */
const pointerButton = (type, { button = "left" } = {}) => ({ type, button: BUTTONS.indexOf(button) });

/** @param {WebDriverSession} session */
function mouse(session) {
  /** @param {object[]} actions */
  const perform = (...actions) => session.perform("pointer", actions);
  return {
    /** @param {number} x @param {number} y */
    move: (x, y) => perform(pointerMove(x, y)),
    /** @param {number} x @param {number} y @param {ButtonOptions} [options] */
    click: (x, y, options) =>
      perform(pointerMove(x, y), pointerButton("pointerDown", options), pointerButton("pointerUp", options)),
    /** @param {ButtonOptions} [options] */
    down: (options) => perform(pointerButton("pointerDown", options)),
    /** @param {ButtonOptions} [options] */
    up: (options) => perform(pointerButton("pointerUp", options)),
  };
}

/**
 * The window is a little more than the page, by an amount that shows while both rest. The page follows the window after a moment.
 * @param {WebDriverSession} session @param {Size} size
 */
async function setViewportSize(session, size) {
  const [window, page] = [await session.size(), await pageSize(session)];
  const frame = { width: window.width - page.width, height: window.height - page.height };
  await session.resize({ width: size.width + frame.width, height: size.height + frame.height });
  await until(async () => isDeepStrictEqual(await pageSize(session), size), "WebKit did not take the size of the page");
}

/** @param {WebDriverSession} session @returns {Promise<Size>} */
async function pageSize(session) {
  return await session.execute("return { width: innerWidth, height: innerHeight }");
}

/**
 * The browser follows a file: see webkit-browser.py. It takes a moment until the page knows.
 * @param {WebDriverSession} session @param {string} profile @param {Media} media
 */
async function emulateMedia(session, profile, { colorScheme, reducedMotion }) {
  const wanted = { dark: colorScheme === "dark", reducedMotion: reducedMotion === "reduce" };
  const path = join(profile, "media.json");
  writeFileSync(`${path}.new`, JSON.stringify(wanted));
  renameSync(`${path}.new`, path);
  await until(async () => isDeepStrictEqual(await mediaOf(session), wanted), "WebKit did not take the media features");
}

/** @param {WebDriverSession} session */
async function mediaOf(session) {
  return await session.execute(`return {
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    reducedMotion: matchMedia("(prefers-reduced-motion: reduce)").matches,
  }`);
}

/** @param {() => Promise<boolean>} isDone @param {string} complaint */
async function until(isDone, complaint) {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await isDone())) {
    if (Date.now() > deadline) throw new Error(complaint);
    await delay(20);
  }
}
