import { createClient } from "matrix-js-sdk";
import { logger } from "matrix-js-sdk/lib/logger.js";
import { quiet } from "../support/client-crypto.js";
import { guardedStepsContract } from "./guarded-steps.contract.js";

Object.assign(logger, { ...quiet, log() {} });

guardedStepsContract("matrix-js-sdk 43", createClient);
