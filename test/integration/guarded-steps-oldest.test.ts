import type { createClient as createNewestClient } from "matrix-js-sdk";
import { createClient } from "matrix-js-sdk-oldest";
import { logger } from "matrix-js-sdk-oldest/lib/logger.js";
import { quiet } from "../support/client-crypto.js";
import { guardedStepsContract } from "./guarded-steps.contract.js";

Object.assign(logger, { ...quiet, log() {} });
// Where its crypto-wasm writes, whatever the logger.
console.debug = () => {};
console.warn = () => {};

guardedStepsContract("matrix-js-sdk 33", createClient as unknown as typeof createNewestClient);
