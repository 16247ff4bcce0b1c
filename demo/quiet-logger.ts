/** matrix-js-sdk writes a line for every room key that is imported: the demo shows errors only. */
import { logger as globalLogger, type Logger } from "matrix-js-sdk/lib/logger.js";

export const quietLogger: Logger = {
  getChild: () => quietLogger,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error: console.error.bind(console),
};

// Parts of the SDK do not use the logger they are given.
Object.assign(globalLogger, quietLogger);
