/** `new URL("./x.js", import.meta.url)` where there is only an x.ts: the test server gives that, as the build will. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OURS = /^\/(?:src|components|stories|test|demo)\/.*\.js$/;

/** @param {import("koa").Context} context @param {() => Promise<void>} next */
export function serveTypeScript(context, next) {
  const asTypeScript = context.path.replace(/\.js$/, ".ts");
  if (OURS.test(context.path) && !existsSync(join(ROOT, context.path)) && existsSync(join(ROOT, asTypeScript))) {
    context.path = asTypeScript;
  }
  return next();
}
