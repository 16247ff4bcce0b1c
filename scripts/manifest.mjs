/** Writes custom-elements.json from components/; with --check only says whether the one that is there is up to date. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
// @ts-expect-error It has no types.
import { cli } from "@custom-elements-manifest/analyzer/cli.js";
import { runAsCommand } from "./as-command.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MANIFEST = "custom-elements.json";
/** What a host can import: elements, events and words. */
const PUBLIC = [
  "components/index.ts",
  "components/events.ts",
  "components/strings.ts",
  "components/key-backup-*/key-backup-*.ts",
];

/**
 * The analyzer writes no file here: given a place to write to, it also puts that place into package.json. It lists the modules as the
 * file system does, which is another order on another machine.
 */
async function analyze() {
  const argv = ["analyze", "--litelement", "--quiet", "--globs", ...PUBLIC, "--exclude", "**/*.styles.ts"];
  const manifest = await cli({ argv, cwd: ROOT, noWrite: true });
  manifest.modules.sort(byPath);
  return `${JSON.stringify(manifest, publicOnly, 2)}\n`;
}

/** @param {{ path: string }} one @param {{ path: string }} other */
const byPath = (one, other) => (one.path < other.path ? -1 : 1);

/**
 * The analyzer also lists private members, of which no reader can make use, and once more each event that it sees dispatched, without
 * its name.
 * @param {string} key @param {unknown} value
 */
function publicOnly(key, value) {
  if (!Array.isArray(value)) return value;
  if (key === "members") return value.filter(({ privacy }) => privacy !== "private");
  return key === "events" ? value.filter(({ name }) => name) : value;
}

/** @param {string} manifest */
function check(manifest) {
  const path = join(ROOT, MANIFEST);
  if (existsSync(path) && readFileSync(path, "utf8") === manifest) return;
  throw new Error(`${MANIFEST} is not that of components/: run \`npm run manifest\` and commit it`);
}

async function main() {
  const manifest = await analyze();
  if (process.argv.includes("--check")) check(manifest);
  else writeFileSync(join(ROOT, MANIFEST), manifest);
}

await runAsCommand(import.meta.url, main);
