/**
 * Runs the tests in the browsers: `npm run test:browser -- --engine chromium --files test/unit/x.test.ts`.
 * Both options may be given more than once; without them it is all engines and all files.
 */
import { parseArgs } from "node:util";
import { startTestRunner } from "@web/test-runner";
import { ENGINES, howToGet, isInstalled } from "../test/support/browsers/installed.mjs";
import { runReport } from "../test/support/run-report.mjs";
import { closingLine } from "../test/support/totals.mjs";
import { testRunnerConfig } from "../web-test-runner.config.mjs";
import { runAsCommand } from "./as-command.mjs";

/** @typedef {import("../test/support/browsers/installed.mjs").Engine} Engine */

/**
 * Throws if an engine is not there.
 * @param {{ engines?: readonly Engine[], files?: string[] }} what @returns {Promise<import("../test/support/totals.mjs").Totals>}
 */
export async function testInBrowsers({ engines = ENGINES, files }) {
  const missing = engines.filter((engine) => !isInstalled(engine));
  if (missing.length > 0) throw new Error(howToGet(missing));
  const { reporter, totals, failures } = runReport();
  const config = { ...testRunnerConfig({ engines, ...(files && { files }) }), reporters: [reporter] };
  const runner = await startTestRunner({ config, readCliArgs: false, readFileConfig: false, autoExitProcess: false });
  if (runner === undefined) throw new Error("The test runner did not start");
  await new Promise((resolve) => runner.on("stopped", resolve));
  for (const line of failures) console.log(line);
  return totals;
}

/** @param {string} name @returns {Engine} */
function toEngine(name) {
  const engine = ENGINES.find((known) => known === name);
  if (engine === undefined) throw new Error(`There is no engine ${name}: it is one of ${ENGINES.join(", ")}`);
  return engine;
}

async function main() {
  const option = /** @type {const} */ ({ type: "string", multiple: true });
  const { values, positionals } = parseArgs({ options: { engine: option, files: option }, allowPositionals: true });
  const files = [...(values.files ?? []), ...positionals];
  const engines = values.engine?.map(toEngine) ?? ENGINES;
  const totals = await testInBrowsers({ engines, ...(files.length > 0 && { files }) });
  process.stdout.write(`${closingLine(totals)}\n`, () =>
    process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1),
  );
}

await runAsCommand(import.meta.url, main);
