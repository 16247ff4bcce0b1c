/** Tells of a run in plain lines, a line for each test file and engine, and counts. */
import { relative } from "node:path";
import { print } from "./print.mjs";
import { addTotals, closingLine } from "./totals.mjs";

/** @typedef {import("@web/test-runner-core").TestSession} TestSession */
/** @typedef {import("@web/test-runner-core").TestResult} TestResult */
/** @typedef {import("@web/test-runner-core").TestSuiteResult} TestSuiteResult */
/** @typedef {import("./totals.mjs").Totals} Totals */

const LOG_LINES = 40;

/** A reporter, what it counted, and the lines that told of failures: in a long log, they are to be found at its end, too. */
export function runReport() {
  /** @type {Totals} */
  const totals = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const failures = [];
  /** @type {import("@web/test-runner-core").Reporter} */
  const reporter = {
    start({ sessions }) {
      sessions.on("session-status-updated", (session) => {
        if (session.status === "FINISHED") addTotals(totals, report(session, failures));
      });
    },
  };
  return { reporter, totals, failures };
}

/** Prints how a test file went in an engine. @param {TestSession} session @param {string[]} failed @returns {Totals} */
function report(session, failed) {
  const tests = testsIn(session.testResults);
  const failures = tests.filter(({ test }) => !test.passed && !test.skipped);
  const faults = faultsOf(session, tests.length, failures.length);
  const skipped = tests.filter(({ test }) => test.skipped).length;
  const totals = {
    passed: tests.length - skipped - failures.length,
    failed: failures.length + faults.length,
    skipped,
  };
  const mark = totals.failed === 0 ? "ok  " : "FAIL";
  const file = relative(process.cwd(), session.testFile);
  print(`${mark} ${session.browser.name.padEnd(8)} ${file}: ${closingLine(totals)}`);
  const names = [...failures.map(({ name }) => name), ...faults.map(({ message }) => message)];
  failed.push(...names.map((name) => `${mark} ${session.browser.name.padEnd(8)} ${file}: ${name}`));
  for (const { name, test } of failures) printFailure(session, name, test.error);
  for (const fault of faults) printFailure(session, "outside of any test", fault);
  printLogs(session);
  return totals;
}

/** @param {TestSuiteResult | undefined} suite @returns {{ name: string, test: TestResult }[]} */
function testsIn(suite, parents = "") {
  if (suite === undefined) return [];
  const name = [parents, suite.name].filter(Boolean).join(" > ");
  const own = suite.tests.map((test) => ({ name: [name, test.name].filter(Boolean).join(" > "), test }));
  return [...own, ...suite.suites.flatMap((inner) => testsIn(inner, name))];
}

/**
 * What went wrong beside the tests: a crash, a module that does not load, a hook, no tests at all.
 * @param {TestSession} session @param {number} tests @param {number} failures @returns {{ message: string, stack?: string }[]}
 */
function faultsOf(session, tests, failures) {
  if (session.errors.length > 0) return session.errors;
  if (tests === 0) return [{ message: "This file ran no tests." }];
  return session.passed === false && failures === 0 ? [{ message: "The session failed without saying why." }] : [];
}

/** @param {TestSession} session @param {string} name @param {import("@web/test-runner-core").TestResultError} [error] */
function printFailure(session, name, error) {
  print(`\n  x [${session.browser.name}] ${name}`);
  print(indent(error?.message ?? "It failed without an error."));
  if (error?.expected !== undefined) print(indent(`expected: ${error.expected}\nactual:   ${error.actual}`));
  if (error?.stack) print(indent(error.stack.replace(error.message, "").trim()));
  print("");
}

/** @param {TestSession} session */
function printLogs({ logs, request404s }) {
  const lines = logs.flatMap((args) => args.map(asText).join(" ").split("\n"));
  if (lines.length > LOG_LINES) print(indent(`… ${lines.length - LOG_LINES} lines of log before these`));
  for (const line of lines.slice(-LOG_LINES)) print(indent(line));
  for (const url of request404s) print(indent(`404 Not Found: ${url}`));
}

/** @param {unknown} value */
function asText(value) {
  if (typeof value === "string") return value;
  return value instanceof Error ? (value.stack ?? value.message) : (JSON.stringify(value) ?? String(value));
}

/** @param {string} text */
function indent(text) {
  return text.replace(/^/gm, "      ");
}
