/** The project with the oldest crypto-wasm of the peer range, on the page and in the worker: see test/support/oldest-peers.mjs. */
const SOURCES = "/oldest-peers/src";

export const index: typeof import("../../src/index.js") = await import(`${SOURCES}/index.js`);
export const olmMachine: typeof import("../../src/from-olm-machine.js") = await import(
  `${SOURCES}/from-olm-machine.js`
);
