/** How long a page's main thread was busy, as Chromium's own trace of its tasks tells; no timer in the page takes part. */
import { quantile } from "./statistics.mjs";

const TASK = "RunTask";
const CATEGORIES = ["disabled-by-default-devtools.timeline", "blink.user_timing", "v8", "cppgc"];
/** Milliseconds. What takes less of a block does not explain it. */
const TELLING = 2;
/** Enough for a run of an hour; when it is full nevertheless, the end mark is missing and the run fails. */
const BUFFER_KB = 2_000_000;

/** @typedef {{ name: string, ph: string, pid: number, tid: number, ts: number, dur?: number, tdur?: number }} TraceEvent times in microseconds; `tdur`: on the processor */
/** @typedef {{ longest_block_ms: number, longest_block_at_ms: number, longest_block_cpu_ms: number, block_p999_ms: number, main_busy_ms: number }} Blocks */
/** @typedef {Blocks & { longest_block_parts: string[], pid: number }} MainThread */

/** @param {import("puppeteer-core").CDPSession} session */
export async function startTrace(session) {
  await session.send("Tracing.start", {
    transferMode: "ReturnAsStream",
    traceConfig: {
      recordMode: "recordUntilFull",
      traceBufferSizeInKb: BUFFER_KB,
      includedCategories: CATEGORIES,
      excludedCategories: ["*"],
    },
  });
}

/**
 * What the main thread did between the marks `bench-start` and `bench-end`.
 * @param {import("puppeteer-core").CDPSession} session @returns {Promise<MainThread>}
 */
export async function stopTrace(session) {
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  const { stream } = /** @type {{ stream: string }} */ (await complete);
  /** @type {TraceEvent[]} */
  const marks = [];
  /** @type {TraceEvent[]} */
  const tasks = [];
  /** @type {TraceEvent[]} */
  const parts = [];
  for await (const { name, ph, pid, tid, ts, dur, tdur } of readEvents(session, stream)) {
    if (name.startsWith("bench-")) marks.push({ name, ph, pid, tid, ts });
    else if (ph === "X" && dur !== undefined)
      (name === TASK ? tasks : parts).push({ name, ph, pid, tid, ts, dur, ...(tdur !== undefined && { tdur }) });
  }
  return summarize(marks, tasks, parts);
}

/** @param {TraceEvent[]} marks @param {TraceEvent[]} tasks @param {TraceEvent[]} parts @returns {MainThread} */
function summarize(marks, tasks, parts) {
  const start = marks.find(({ name }) => name === "bench-start");
  const end = marks.find(({ name }) => name === "bench-end");
  if (start === undefined || end === undefined) throw new Error("The trace is not whole: its buffer is too small");
  const isOnMain = (/** @type {TraceEvent} */ { pid, tid }) => pid === start.pid && tid === start.tid;
  const blocks = tasks
    .filter(isOnMain)
    .map(({ ts, dur = 0, tdur = Number.NaN }) => ({
      ts,
      at: Math.max(ts, start.ts),
      until: Math.min(ts + dur, end.ts),
      tdur,
    }))
    .filter(({ at, until }) => until > at)
    .sort((a, b) => a.until - a.at - (b.until - b.at));
  const lengths = blocks.map(({ at, until }) => (until - at) / 1000);
  const { ts = 0, at = start.ts, until = at, tdur = 0 } = blocks.at(-1) ?? {};
  return {
    longest_block_ms: lengths.at(-1) ?? 0,
    longest_block_at_ms: (at - start.ts) / 1000,
    longest_block_cpu_ms: Math.min(tdur, until - at) / 1000,
    longest_block_parts: parts
      .filter((part) => isOnMain(part) && part.ts >= ts && part.ts < until)
      .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0))
      .map(({ name, dur = 0, tdur = Number.NaN }) => `${name} ${Math.round(dur / 1000)} (${Math.round(tdur / 1000)})`),
    block_p999_ms: quantile(lengths, 0.999),
    main_busy_ms: lengths.reduce((sum, length) => sum + length, 0),
    pid: start.pid,
  };
}

/**
 * Chromium writes one event a line; a trace of a long run is too big for one string.
 * @param {import("puppeteer-core").CDPSession} session @param {string} stream @returns {AsyncGenerator<TraceEvent>}
 */
async function* readEvents(session, stream) {
  let rest = "";
  for (let eof = false; !eof; ) {
    const chunk = await session.send("IO.read", { handle: stream, size: 1 << 20 });
    eof = chunk.eof;
    const lines = (rest + textOf(chunk)).split("\n");
    rest = eof ? "" : (lines.pop() ?? "");
    for (const line of lines) {
      if (line.includes(`"${TASK}"`) || line.includes('"bench-') || isTelling(line)) yield parseLine(line);
    }
  }
  await session.send("IO.close", { handle: stream });
}

/** @param {string} line */
function isTelling(line) {
  const [, duration] = /"dur":(\d+)/.exec(line) ?? [];
  return duration !== undefined && Number(duration) >= TELLING * 1000;
}

/** @param {{ data: string, base64Encoded?: boolean }} chunk */
function textOf({ data, base64Encoded }) {
  return base64Encoded === true ? Buffer.from(data, "base64").toString("latin1") : data;
}

/** @param {string} line an event and what is between it and its neighbours @returns {TraceEvent} */
function parseLine(line) {
  const event = line.replace(/,\s*$/, "");
  try {
    return JSON.parse(event);
  } catch {
    // The last one has the end of the list behind it.
    return JSON.parse(event.slice(0, event.indexOf('],"') < 0 ? event.lastIndexOf("]") : event.indexOf('],"')));
  }
}
