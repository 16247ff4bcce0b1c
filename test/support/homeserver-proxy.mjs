/** Passes all requests on to a real homeserver, writes them down, and can send its room keys as slowly as a test needs it. */
import { once } from "node:events";
import { createServer, request as makeRequest } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";

/** @typedef {import("./homeserver-proxy.js").ProxiedRequest} ProxiedRequest */
/** @typedef {import("node:http").IncomingMessage} IncomingMessage */
/** @typedef {import("node:http").ServerResponse} ServerResponse */

const LIMITED_PATH = /\/room_keys\/keys$/;
const SLICES_PER_SECOND = 20;

export class HomeserverProxy {
  #server = createServer((request, response) => void this.#answer(request, response).catch(() => response.destroy()));
  #target;
  #port = 0;
  /** @type {number | null} */
  #bytesPerSecond = null;
  /** @type {ProxiedRequest[]} */
  #requests = [];
  /**
   * Waited for before a request is passed on (`asked`), and before its answer is (`answered`). If it throws, neither is, and the connection
   * ends.
   * @type {(request: ProxiedRequest, phase: "asked" | "answered") => Promise<void> | void}
   */
  onRequest = () => {};

  /** @param {string} target base URL of the homeserver */
  constructor(target) {
    this.#target = target;
  }

  /** Resolves to its base URL. */
  async listen() {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = /** @type {import("node:net").AddressInfo} */ (this.#server.address()).port;
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Breaks off every answer under way. */
  hangUp() {
    this.#server.closeAllConnections();
  }

  /** Nobody reaches it any more, until it listens again: at the same address. */
  async unplug() {
    const closed = once(this.#server, "close");
    this.close();
    await closed;
  }

  /** In the order of their arrival, without preflights. */
  requests() {
    return this.#requests;
  }

  /** @param {number | null} bytesPerSecond */
  limit(bytesPerSecond) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  close() {
    this.#server.close();
    this.hangUp();
  }

  /** Rejects when either side leaves before the end. @param {IncomingMessage} request @param {ServerResponse} response */
  async #answer(request, response) {
    const { method = "GET", headers } = request;
    const url = new URL(request.url ?? "/", this.#target);
    const told = { method, path: url.pathname };
    if (method !== "OPTIONS") this.#requests.push(told);
    await this.onRequest(told, "asked");
    const passedOn = makeRequest(url, { method, headers: { ...headers, host: url.host } });
    const answered = once(passedOn, "response");
    // It fails with the pipeline, which is waited for before.
    answered.catch(() => {});
    await pipeline(request, passedOn);
    const [answer] = /** @type {[IncomingMessage]} */ (await answered);
    await this.onRequest(told, "answered");
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (LIMITED_PATH.test(url.pathname)) await pipeline(answer, (pieces) => this.#limited(pieces), response);
    else await pipeline(answer, response);
  }

  /** @param {AsyncIterable<Buffer>} pieces */
  async *#limited(pieces) {
    for await (const piece of pieces) {
      for (let rest = piece; rest.length > 0; ) {
        const some = this.#bytesPerSecond === null ? rest.length : Math.ceil(this.#bytesPerSecond / SLICES_PER_SECOND);
        yield rest.subarray(0, some);
        rest = rest.subarray(some);
        if (this.#bytesPerSecond !== null) await delay(1000 / SLICES_PER_SECOND);
      }
    }
  }
}
