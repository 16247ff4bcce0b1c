/** Of all declarations that the compiler writes, the published ones: those that an entry point leads to, readable for TypeScript 5.0. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const IMPORT = /(?:from|import)\s*\(?\s*"(\.[^"]+)\.js"/g;
/** Typed arrays have a type parameter since TypeScript 5.7, and the older ones an error for it. */
const TYPED_ARRAY = /\b(\w+Array)<ArrayBuffer(?:Like)?>/g;

/** @param {string} directory @param {readonly string[]} entries paths in it, without an ending */
export function publishTypes(directory, entries) {
  const published = new Set(entries.map((entry) => `${join(directory, entry)}.d.ts`));
  for (const file of published) for (const imported of importsOf(file)) published.add(imported);
  for (const file of filesIn(directory)) {
    if (published.has(file)) writeFileSync(file, readFileSync(file, "utf8").replace(TYPED_ARRAY, "$1"));
    else rmSync(file);
  }
  removeEmpty(directory);
}

/** @param {string} file */
function importsOf(file) {
  return Array.from(
    readFileSync(file, "utf8").matchAll(IMPORT),
    ([, path = ""]) => `${join(dirname(file), path)}.d.ts`,
  );
}

/** @param {string} directory */
function filesIn(directory) {
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name) => join(directory, name));
  return paths.filter((path) => statSync(path).isFile());
}

/** @param {string} directory */
function removeEmpty(directory) {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (statSync(path).isDirectory() && filesIn(path).length === 0) rmSync(path, { recursive: true });
  }
}
