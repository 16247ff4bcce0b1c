import type { createClient as createNewestClient } from "matrix-js-sdk";
import { createClient } from "matrix-js-sdk-oldest";
import { logger } from "matrix-js-sdk-oldest/lib/logger.js";
import { quiet } from "../support/client-crypto.js";
import { destroyingCallsContract } from "./destroying-calls.contract.js";

Object.assign(logger, { ...quiet, log() {} });
// Where its crypto-wasm writes, whatever the logger.
console.debug = () => {};

destroyingCallsContract("matrix-js-sdk 33", createClient as unknown as typeof createNewestClient, [
  "crypto.resetEncryption",
  "crypto.deleteSecretStorage",
  "crypto.disableKeyStorage",
]);
