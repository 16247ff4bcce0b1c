/** All test files, in the order in which the browsers get them. */
import { readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const TESTS = fileURLToPath(new URL("..", import.meta.url));
/** Directories with long files come first, so that no browser is left alone with one of them at the end of a run. */
const FIRST = ["hostile", "controller", "reset", "integration"];

export function testFiles() {
  const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.ts"));
  const sorted = files.sort().sort((one, other) => rankOf(one) - rankOf(other));
  return sorted.map((name) => join(TESTS, name));
}

/** @param {string} file */
function rankOf(file) {
  const rank = FIRST.indexOf(/** @type {string} */ (file.split(sep)[0]));
  return rank === -1 ? FIRST.length : rank;
}
