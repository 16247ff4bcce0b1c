/**
 * fast-check with one seed for all random tests of a run. It is in the message of what fails; with TEST_SEED in the environment the
 * same comes again.
 */
import * as fc from "fast-check";
import { callNode } from "./node-call.js";

const seed = await callNode<number | null>("seed", {});
fc.configureGlobal({ includeErrorInReport: true, ...(seed !== null && { seed }) });

export { fc };
