/**
 * `npm run test:examples`: each app in examples/, from the packed tarball, built and run in Chromium against the development homeserver until
 * every key is imported; and so with its development server, where it has one. `-- --only vite-5,react` runs some.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runAsCommand } from "../../scripts/as-command.mjs";
import { startDemo } from "../first-start/servers.mjs";
import { visit } from "../first-start/visit.mjs";
import { serveFiles, startDevelopment } from "./servers.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const EXAMPLES = join(ROOT, "examples");
/** Kept from run to run, with what is installed. */
const CACHE = join(ROOT, ".cache", "examples");

/** @param {string} command @param {string[]} args @param {string} cwd @returns {string} */
function run(command, args, cwd) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}:\n${stdout}${stderr}`);
  return stdout;
}

/** @returns {string} path of the tarball */
function pack() {
  mkdirSync(CACHE, { recursive: true });
  run("npm", ["run", "--silent", "build"], ROOT);
  run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", CACHE], ROOT);
  const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return join(CACHE, `${name}-${version}.tgz`);
}

/** @param {string} name @param {string} tarball @returns {string} its directory, installed */
function install(name, tarball) {
  const directory = join(CACHE, name);
  mkdirSync(directory, { recursive: true });
  for (const old of readdirSync(directory))
    if (old !== "node_modules") rmSync(join(directory, old), { recursive: true });
  cpSync(join(EXAMPLES, name), directory, { recursive: true, filter: (path) => !path.includes("node_modules") });
  const file = join(directory, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  manifest.dependencies["key-backup-sync"] = `file:${tarball}`;
  manifest.dependencies["sign-in"] = `file:${join(EXAMPLES, "sign-in")}`;
  writeFileSync(file, JSON.stringify(manifest));
  rmSync(join(directory, "node_modules", "key-backup-sync"), { recursive: true, force: true });
  run("npm", ["install", "--silent", "--install-links", "--no-audit", "--no-fund", "--prefer-offline"], directory);
  return directory;
}

/** @param {string} url @param {string} query */
async function seesEveryKeyImported(url, query) {
  await visit(`${url}?${query}`, async (page) => {
    /** @type {string[]} */
    const said = [];
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("console", (message) => message.type() === "error" && said.push(message.text()));
    const done = page.waitForSelector('>>> key-backup-sync[status="complete"]', { timeout: 60_000 });
    await done.catch((cause) => {
      throw new Error(`It does not come to its end. The page said:\n${said.join("\n")}`, { cause });
    });
  });
}

/** @param {string} homeserver @returns {Promise<string>} */
async function queryFor(homeserver) {
  const { userId, password, recoveryKey } = await (await fetch(`${homeserver}_development/sample-account`)).json();
  const user = userId.slice(1).split(":")[0];
  return String(new URLSearchParams({ homeserver: homeserver.replace(/\/$/, ""), user, password, recoveryKey }));
}

/** @param {string} name @param {string} tarball @param {string} query @param {(what: string, work: () => Promise<void>) => Promise<void>} test */
async function tryOut(name, tarball, query, test) {
  /** @type {string} */
  let directory = "";
  await test(`${name}: installs and builds`, async () => {
    directory = install(name, tarball);
    run("npm", ["run", "--silent", "build"], directory);
  });
  await test(`${name}: runs as built`, () => served(() => serveFiles(join(directory, "dist")), query));
  const { scripts } = JSON.parse(readFileSync(join(EXAMPLES, name, "package.json"), "utf8"));
  if (scripts.dev) await test(`${name}: runs in development`, () => served(() => startDevelopment(directory), query));
}

/** @param {() => Promise<{ url: string, close: () => Promise<void> }>} start @param {string} query */
async function served(start, query) {
  const server = await start();
  try {
    await seesEveryKeyImported(server.url, query);
  } finally {
    await server.close();
  }
}

/** @returns {string[]} */
function allExamples() {
  return readdirSync(EXAMPLES).filter((name) => name !== "sign-in" && existsSync(join(EXAMPLES, name, "package.json")));
}

async function main() {
  const { values } = parseArgs({ options: { only: { type: "string" } } });
  const counts = { passed: 0, failed: 0 };
  /** @param {string} what @param {() => Promise<void>} work */
  const test = async (what, work) => {
    try {
      await work();
      counts.passed++;
      console.log(`ok   ${what}`);
    } catch (error) {
      counts.failed++;
      console.log(`FAIL ${what}\n${error instanceof Error ? error.message : error}`);
    }
  };
  const tarball = pack();
  const homeserver = await startDemo();
  const query = await queryFor(homeserver.url);
  for (const name of values.only?.split(",") ?? allExamples()) await tryOut(name, tarball, query, test);
  await homeserver.close();
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed === 0 ? 0 : 1);
}

await runAsCommand(import.meta.url, main);
