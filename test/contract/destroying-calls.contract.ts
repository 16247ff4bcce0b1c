/** The table of destroying calls, held against what a matrix-js-sdk has: a call that looks like one, and is not in the table, fails. */
import { expect } from "@open-wc/testing";
import type { createClient as createNewestClient } from "matrix-js-sdk";
import { CLIENT_CALLS, CRYPTO_CALLS, HARMLESS_CALLS, SECRET_STORAGE_CALLS } from "../../src/destroying-calls.js";
import { cryptoOf, quiet } from "../support/client-crypto.js";

const DESTROYS =
  /delete|(?<!p)reset|disable|clear|remove|erase|destroy|bootstrap|setup|create|replace|purge|wipe|revoke|discard/i;
/** Of the secret storage: what only reads. */
const READS = /^secretStorage\.(constructor$|get|has|is|check)/;
const ENDS_ACCOUNT = /deactivate/i;
const BACKED_UP = /backup|backedUp|keyStorage|secretStorage|encryption|roomKeys|keysFrom/i;

const DEVICE = { userId: "@keeper:localhost", deviceId: "DEVICE", accessToken: "token" };

/** @param absent names of the table that only the other end of the range has */
export function destroyingCallsContract(
  sdk: string,
  createClient: typeof createNewestClient,
  absent: readonly string[],
): void {
  describe(`The table of destroying calls, for ${sdk},`, () => {
    let names: readonly string[];

    before(async () => {
      const client = createClient({ baseUrl: "http://127.0.0.1:9", ...DEVICE, logger: quiet, disableVoip: true });
      await client.initRustCrypto({ useIndexedDB: false });
      names = [
        ...methodsOf("client", client),
        ...methodsOf("crypto", cryptoOf(client)),
        ...methodsOf("secretStorage", client.secretStorage),
      ];
      client.stopClient();
    });

    it("has every call that looks like one", () => {
      const known = new Set(namesOfTable());
      const looksLikeOne = names.filter(isLikeOne);
      expect(looksLikeOne).to.have.length.above(5);
      expect(looksLikeOne.filter((name) => !known.has(name))).to.deep.equal([]);
    });

    it("has no call that there is none of", () => {
      expect(namesOfTable().filter((name) => !names.includes(name))).to.have.members(absent);
    });
  });
}

function isLikeOne(name: string): boolean {
  if (name.startsWith("secretStorage.")) return !READS.test(name);
  return ENDS_ACCOUNT.test(name) || (DESTROYS.test(name) && BACKED_UP.test(name));
}

function namesOfTable(): string[] {
  return [
    ...Object.keys(CLIENT_CALLS).map((name) => `client.${name}`),
    ...Object.keys(CRYPTO_CALLS).map((name) => `crypto.${name}`),
    ...Object.keys(SECRET_STORAGE_CALLS).map((name) => `secretStorage.${name}`),
    ...Object.keys(HARMLESS_CALLS),
  ];
}

/** Of all its prototypes. */
function methodsOf(owner: string, instance: object): string[] {
  const names = new Set<string>();
  for (let proto = Object.getPrototypeOf(instance); proto !== Object.prototype; proto = Object.getPrototypeOf(proto))
    for (const name of Object.getOwnPropertyNames(proto)) names.add(`${owner}.${name}`);
  return [...names];
}
