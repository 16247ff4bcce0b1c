/**
 * Says in one line if Node.js is older than package.json asks for. npm runs it before `npm test`, `npm start` and `npm run storybook`:
 * their own scripts cannot be loaded by an old Node.js.
 */
import { readFileSync } from "node:fs";
import { runAsCommand } from "./as-command.mjs";

/** Throws if a version of Node.js is too old. @param {string} version such as 20.19.0 */
export function checkNode(version) {
  const oldest = oldestNode();
  const [[major = 0, minor = 0], [oldestMajor = 0, oldestMinor = 0]] = [numbersIn(version), numbersIn(oldest)];
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Error(`Node.js ${version} is too old: install ${oldest} or newer, then run \`npm ci\` again.`);
}

function oldestNode() {
  const { engines } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return /^>=([\d.]+)$/.exec(engines.node)?.[1] ?? "";
}

/** @param {string} version */
function numbersIn(version) {
  return version.split(".").map(Number);
}

await runAsCommand(import.meta.url, () => checkNode(process.versions.node));
