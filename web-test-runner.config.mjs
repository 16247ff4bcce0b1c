/** The same tests in Chromium, Firefox and WebKit: `npm run test:browser`. */
import { esbuildPlugin } from "@web/dev-server-esbuild";
import { poolOf } from "./test/support/browsers/browser-pool.mjs";
import { chromium } from "./test/support/browsers/chromium.mjs";
import { firefox } from "./test/support/browsers/firefox.mjs";
import { ENGINES } from "./test/support/browsers/installed.mjs";
import { webkit } from "./test/support/browsers/webkit.mjs";
import { bundledTrapsPlugin } from "./test/support/bundled-traps.mjs";
import { bundledWorkerPlugin } from "./test/support/bundled-worker.mjs";
import { listenOnLoopbackOnly } from "./test/support/loopback-only.mjs";
import { answerCalls, nodeCallsPlugin } from "./test/support/node-calls.mjs";
import { oldestPeersPlugin } from "./test/support/oldest-peers.mjs";
import { prebundlePlugin } from "./test/support/prebundle.mjs";
import { runReport } from "./test/support/run-report.mjs";
import { serveTypeScript } from "./test/support/served-typescript.mjs";
import { testFiles } from "./test/support/test-files.mjs";

const LAUNCHERS = { chromium, firefox, webkit };
/** Browsers with a test file each. Many tests wait most of their time: with fewer browsers, the cores would, too. With more, they take turns. */
const BROWSERS = { chromium: 2, firefox: 2, webkit: 2 };
/** Several browsers share a core: a test that computes for 10 s on its own may take a minute. */
const TEST_TIMEOUT_MS = 120_000;
/** Of a whole test file: the tests with a real Synapse take their time on a slow machine. */
const FILE_TIMEOUT_MS = 600_000;

listenOnLoopbackOnly();

/** @param {{ engines?: readonly import("./test/support/browsers/installed.mjs").Engine[], files?: string[] }} [what] */
export function testRunnerConfig({ engines = ENGINES, files = testFiles() } = {}) {
  return {
    files,
    rootDir: import.meta.dirname,
    hostname: "127.0.0.1",
    nodeResolve: true,
    browsers: engines.map((engine) => poolOf(BROWSERS[engine], LAUNCHERS[engine])),
    concurrentBrowsers: engines.length,
    browserStartTimeout: 60_000,
    testsStartTimeout: 60_000,
    testsFinishTimeout: FILE_TIMEOUT_MS,
    testFramework: { config: { timeout: TEST_TIMEOUT_MS } },
    staticLogging: true,
    /** @param {{ args: unknown[] }} log */
    filterBrowserLogs: ({ args }) => !String(args[0]).startsWith("Lit is in dev mode."),
    middleware: [answerCalls, serveTypeScript],
    plugins: [
      bundledWorkerPlugin(),
      bundledTrapsPlugin(),
      oldestPeersPlugin(),
      prebundlePlugin(),
      esbuildPlugin({ ts: true, target: "esnext", tsconfig: `${import.meta.dirname}/tsconfig.json` }),
      nodeCallsPlugin(),
    ],
  };
}

export default { ...testRunnerConfig(), reporters: [runReport().reporter] };
