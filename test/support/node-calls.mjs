/** What tests may have done in node: see node-call.ts. A plugin of the test server, so that all it started ends with the run. */
import { text } from "node:stream/consumers";
import { HomeserverProxy } from "./homeserver-proxy.mjs";
import { ScriptedHomeserver } from "./scripted-homeserver.mjs";
import { startSynapse } from "./synapse.mjs";
import { seedKeyBackup } from "./synapse-seed.mjs";

/** @typedef {import("./scripted-homeserver.js").Script} Script */

const PREFIX = "/__node/";

/** @type {Map<string, ScriptedHomeserver>} */
const homeservers = new Map();
/** @type {Map<string, HomeserverProxy>} */
const proxies = new Map();
/** One for the whole run. @type {Promise<import("./synapse.mjs").Synapse> | undefined} */
let synapse;
/** One after the other: three engines ask for the same keys at once, and each would make them. */
let seeding = Promise.resolve();

/**
 * What arrives is what the typed functions of the page send.
 * @type {Record<string, (argument: never) => unknown>}
 */
const CALLS = {
  seed: () => (process.env.TEST_SEED === undefined ? null : Number(process.env.TEST_SEED)),
  "homeserver/open": async (/** @type {{ script: Script }} */ { script }) => {
    const homeserver = new ScriptedHomeserver();
    homeserver.script(script);
    const url = await homeserver.listen();
    homeservers.set(url, homeserver);
    return url;
  },
  "homeserver/script": (/** @type {{ url: string, script: Script }} */ { url, script }) => find(url).script(script),
  "homeserver/release": (/** @type {{ url: string, name: string }} */ { url, name }) => find(url).release(name),
  "homeserver/requests": (/** @type {{ url: string }} */ { url }) => find(url).requests(),
  "homeserver/close": (/** @type {{ url: string }} */ { url }) => find(url).close(),
  "proxy/open": async (/** @type {{ target: string }} */ { target }) => {
    const proxy = new HomeserverProxy(target);
    const url = await proxy.listen();
    proxies.set(url, proxy);
    return url;
  },
  "proxy/requests": (/** @type {{ url: string }} */ { url }) => findProxy(url).requests(),
  "proxy/limit": (/** @type {{ url: string, bytesPerSecond: number | null }} */ { url, bytesPerSecond }) =>
    findProxy(url).limit(bytesPerSecond),
  "proxy/close": (/** @type {{ url: string }} */ { url }) => findProxy(url).close(),
  "synapse/start": async () => ({ url: (await theSynapse()).url }),
  "synapse/register": async (/** @type {{ name: string, password: string }} */ { name, password }) =>
    (await theSynapse()).registerUser(name, password),
  "synapse/seed": seed,
};

/** @returns {import("@web/test-runner-core").TestRunnerPlugin} */
export function nodeCallsPlugin() {
  return {
    name: "node-calls",
    async serverStop() {
      for (const server of [...homeservers.values(), ...proxies.values()]) server.close();
      homeservers.clear();
      proxies.clear();
      await (await synapse)?.stop();
    },
  };
}

/** @param {import("koa").Context} context @param {() => Promise<void>} next */
export async function answerCalls(context, next) {
  if (!context.path.startsWith(PREFIX)) return next();
  const call = CALLS[context.path.slice(PREFIX.length)];
  if (call === undefined || context.method !== "POST") return next();
  try {
    context.body = { result: (await call(/** @type {never} */ (JSON.parse(await text(context.req))))) ?? null };
  } catch (error) {
    context.body = { error: String(error) };
  }
}

function theSynapse() {
  synapse ??= startSynapse();
  return synapse;
}

/** @param {{ userId: string, keys: number, rooms?: number, idLength?: number }} options */
async function seed(options) {
  const { databasePath } = await theSynapse();
  const seeded = seeding.then(() => seedKeyBackup({ ...options, databasePath }));
  seeding = seeded.then(
    () => {},
    () => {},
  );
  return seeded;
}

/** @param {string} url */
function find(url) {
  const homeserver = homeservers.get(url);
  if (homeserver === undefined) throw new Error(`There is no homeserver at ${url}`);
  return homeserver;
}

/** @param {string} url */
function findProxy(url) {
  const proxy = proxies.get(url);
  if (proxy === undefined) throw new Error(`There is no proxy at ${url}`);
  return proxy;
}
