/** The licences of what is bundled into dist/. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const LICENCE = /^licen[cs]e/i;

/** @param {string} root @param {readonly (import("esbuild").Metafile)[]} metafiles @returns {string} */
export function noticesOf(root, metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const names = new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[1] ?? []));
  return [...names]
    .sort()
    .map((name) => noticeOf(root, name))
    .join(`\n${"-".repeat(80)}\n\n`);
}

/** @param {string} root @param {string} name */
function noticeOf(root, name) {
  const directory = join(root, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const file = readdirSync(directory).find((one) => LICENCE.test(one));
  if (!file) throw new Error(`${name} has no file with its licence`);
  return `${name} ${version}, ${license}\n\n${readFileSync(join(directory, file), "utf8").trim()}\n`;
}
