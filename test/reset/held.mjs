/** One request of a device to its homeserver, held at the line until what is to happen meanwhile has happened. */
import { setTimeout as delay } from "node:timers/promises";

/** @typedef {import("../support/homeserver-proxy.mjs").HomeserverProxy} HomeserverProxy */
/** @typedef {import("../support/homeserver-proxy.js").ProxiedRequest} ProxiedRequest */

/** Nothing is held for ever. */
const LONGEST_HOLD_MS = 20_000;

export class Held {
  isReached = false;
  /** @type {(isDropped: boolean) => void} */
  #end = () => {};
  #line;

  /**
   * @param {HomeserverProxy} line @param {(request: ProxiedRequest) => boolean} test @param {number} number of the request among those that
   *   pass the test, from 0
   * @param {"asked" | "answered"} phase @param {() => void} onReached
   */
  constructor(line, test, number, phase, onReached) {
    this.#line = line;
    let seen = 0;
    line.onRequest = async (request, now) => {
      if (this.isReached || now !== phase || !test(request) || seen++ < number) return;
      this.isReached = true;
      const ended = new Promise((resolve) => {
        this.#end = resolve;
      });
      onReached();
      if (await Promise.race([ended, delay(LONGEST_HOLD_MS, false)])) throw new Error("Dropped");
    };
  }

  /** Lets it go on, or be lost with the page that it is of. @param {"go-on" | "drop"} fate */
  release(fate) {
    this.#line.onRequest = () => {};
    this.#end(fate === "drop");
  }
}
