/**
 * A homeserver that says what a test tells it to, over real HTTP on a port of its own. Node side: see scripted-homeserver.ts
 * for the test's side. It knows nothing of Matrix but how an unknown endpoint is answered, and a backup version that there is not.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import { sendAnswer } from "./scripted-answer.mjs";

/** @typedef {import("./scripted-homeserver.js").Script} Script */
/** @typedef {import("./scripted-homeserver.js").ScriptedAnswer} ScriptedAnswer */
/** @typedef {import("./scripted-homeserver.js").RecordedRequest} RecordedRequest */

/** @type {ScriptedAnswer} */
const UNRECOGNIZED = { status: 404, json: { errcode: "M_UNRECOGNIZED", error: "Not in the script" } };

/** @type {ScriptedAnswer} */
const UNKNOWN_VERSION = { status: 404, json: { errcode: "M_NOT_FOUND", error: "Unknown backup version" } };
const ANY_VERSION = "GET /_matrix/client/v3/room_keys/version/{version}";

/** As the specification asks of a homeserver. @see https://spec.matrix.org/v1.16/client-server-api/#web-browser-clients */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
  "access-control-allow-headers": "X-Requested-With, Content-Type, Authorization",
  "access-control-expose-headers": "Retry-After",
};

export class ScriptedHomeserver {
  #server = createServer((request, response) => void this.#handle(request, response));
  /** @type {Map<string, ScriptedAnswer[]>} what is left to answer, by route */
  #answers = new Map();
  /** @type {RecordedRequest[]} */
  #requests = [];
  /** @type {Map<string, { promise: Promise<void>, resolve: () => void }>} */
  #gates = new Map();

  /** Resolves to its base URL. */
  async listen() {
    this.#server.keepAliveTimeout = 1000;
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${port}`;
  }

  /** From now on these answers and no others. @param {Script} script */
  script(script) {
    this.#answers = new Map(Object.entries(script).map(([route, answers]) => [route, [answers].flat()]));
  }

  /** Lets all answers go on that wait for this, now and later. @param {string} name */
  release(name) {
    this.#gate(name).resolve();
  }

  /** In the order of their arrival, without preflights. */
  requests() {
    return this.#requests;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #handle(request, response) {
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const recorded = this.#record(request, response);
    const answer = this.#nextAnswer(recorded);
    await sendAnswer(response, answer, (name) => this.#gate(name).promise);
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  #record(request, response) {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://homeserver");
    /** @type {RecordedRequest} */
    const recorded = {
      method: request.method ?? "GET",
      path: pathname,
      query: Object.fromEntries(searchParams),
      authorization: request.headers.authorization ?? null,
      outcome: "open",
    };
    this.#requests.push(recorded);
    response.once("close", () => {
      recorded.outcome = response.writableEnded && response.writableFinished ? "complete" : "aborted";
    });
    return recorded;
  }

  /** The last one is said again and again. @param {RecordedRequest} request */
  #nextAnswer(request) {
    const answers = [...this.#answers].find(([route]) => matches(route, request))?.[1];
    if (answers === undefined) return matches(ANY_VERSION, request) ? UNKNOWN_VERSION : UNRECOGNIZED;
    return (answers.length > 1 ? answers.shift() : answers[0]) ?? UNRECOGNIZED;
  }

  /** @param {string} name */
  #gate(name) {
    const known = this.#gates.get(name);
    if (known !== undefined) return known;
    let resolve = () => {};
    const promise = new Promise((/** @type {(value: void) => void} */ done) => {
      resolve = done;
    });
    const gate = { promise, resolve };
    this.#gates.set(name, gate);
    return gate;
  }
}

/** @param {string} route `/path/{anything}`, `GET /path`, or `/path?version=1` @param {RecordedRequest} request */
function matches(route, { method, path, query }) {
  const [pattern = "", only] = route.split(" ").reverse();
  if (only !== undefined && only !== method) return false;
  const [wantedPath = "", wantedQuery = ""] = pattern.split("?");
  if ([...new URLSearchParams(wantedQuery)].some(([name, value]) => query[name] !== value)) return false;
  const wanted = wantedPath.split("/");
  const segments = path.split("/");
  return wanted.length === segments.length && wanted.every((want, at) => isSame(want, segments[at] ?? ""));
}

/** @param {string} wanted @param {string} segment */
function isSame(wanted, segment) {
  return wanted === segment || wanted === decodeURIComponent(segment) || /^\{.+\}$/.test(wanted);
}
