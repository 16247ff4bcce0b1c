/** What is said of the rounds: a table, the limits, and one JSON object. */
import { median } from "./statistics.mjs";

/** @typedef {import("./round.mjs").Measurement} Measurement */
/** @typedef {Exclude<keyof Measurement, "process_mb" | "longest_block_parts">} Figure */
/** @typedef {{ keys: number, fetch: number[], peer: Measurement[], ours: Measurement[] }} Rounds */
/** @typedef {import("./page/first-key.ts").FirstKey & Awaited<ReturnType<typeof import("./hidden.mjs").measureHidden>> & Awaited<ReturnType<typeof import("./busy.mjs").measureBusy>>} Scenarios */
/** @typedef {{ reference: Measurement | null, scenarios: Scenarios | null }} Alone `reference`: ours with fewer keys */
/** @typedef {Rounds & Alone} Results */
/** @typedef {{ value: number, held: boolean, text: string }} Check */

/** @type {Record<string, Figure | "process_mb">} */
const ROWS = {
  "first key usable, ms": "first_key_ms",
  "all safe, ms": "safe_ms",
  "all imported, ms": "imported_ms",
  "longest main-thread block, ms": "longest_block_ms",
  "  which began at, ms": "longest_block_at_ms",
  "  and had the processor for, ms": "longest_block_cpu_ms",
  "99.9 % of blocks below, ms": "block_p999_ms",
  "main thread busy, ms": "main_busy_ms",
  "peak main-thread heap, MB": "main_heap_mb",
  "  99 % of the time below, MB": "main_heap_p99_mb",
  "peak worker heap, MB": "worker_heap_mb",
  "  99 % of its time below, MB": "worker_heap_p99_mb",
  "peak renderer process, MB": "process_mb",
  "room keys in the crypto store": "imported",
};

/** @type {Record<string, keyof Scenarios>} */
const SCENARIO_ROWS = {
  "first key of a prioritised room, ms": "prioritised_key_ms",
  "one round trip, ms": "round_trip_ms",
  "visible tab, keys a second": "visible_keys_per_second",
  "hidden tab, keys a second": "hidden_keys_per_second",
  "busy app: frames beside ours": "busy_frames",
  "  of them lost to us": "busy_frames_lost",
  "  99 % of keys heard within, ms": "busy_input_delay_ms",
  "  without us, ms": "idle_input_delay_ms",
};

/** @type {readonly Figure[]} */
const PEER_FIGURES = ["first_key_ms", "safe_ms", "imported_ms", "longest_block_ms", "main_busy_ms", "main_heap_mb"];
/** @type {readonly Figure[]} */
const OUR_HEAP_FIGURES = ["main_heap_p99_mb", "worker_heap_mb", "worker_heap_p99_mb"];
/** @type {readonly Figure[]} */
const OUR_FIGURES = [...PEER_FIGURES, "longest_block_cpu_ms", "block_p999_ms", ...OUR_HEAP_FIGURES, "imported"];
/** @type {readonly Figure[]} */
const REFERENCE_FIGURES = ["main_heap_mb", ...OUR_HEAP_FIGURES, "imported"];

/** Medians, with the least and the most. @param {Results} results */
export function table({ keys, fetch, peer, ours, scenarios }) {
  const line = (/** @type {string[]} */ ...cells) =>
    cells.map((cell, at) => (at ? cell.padStart(32) : cell.padEnd(32)));
  const lines = Object.entries(ROWS).map(([label, figure]) => {
    const spreads = [peer, ours].map((side) => spread(side.map((round) => round[figure])));
    return line(label, ...spreads).join("");
  });
  const scenarioLines = Object.entries(scenarios === null ? {} : SCENARIO_ROWS).map(([label, figure]) =>
    line(label, "", `${rounded(/** @type {Scenarios} */ (scenarios)[figure])}`).join(""),
  );
  return [
    `${keys} room keys; plain fetch of the backup: ${spread(fetch)} ms`,
    line("", "restoreKeyBackup", "key-backup-sync").join(""),
    ...lines,
    ...scenarioLines,
    ...ours.map(({ longest_block_parts }) => `in our longest block: ${longest_block_parts.join(", ")}`),
  ].join("\n");
}

/** @param {readonly (number | null)[]} values */
function spread(values) {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length === 0) return "-";
  const [middle, least, most] = [median(numbers), Math.min(...numbers), Math.max(...numbers)].map(rounded);
  return least === most ? `${middle}` : `${middle} (${least} - ${most})`;
}

/** Only those that were measured. @param {Results} results */
export function limits(results) {
  const checks = [...roundLimits(results), ...heapLimits(results), ...scenarioLimits(results)].filter(({ value }) =>
    Number.isFinite(value),
  );
  const held = checks.filter((check) => check.held).length;
  const lines = checks.map(({ held, text }) => `${held ? "held" : "NOT HELD"}: ${text}`);
  return [...lines, `bench: ${held} of ${checks.length} limits held`].join("\n");
}

/** @param {Results} results @returns {Check[]} */
function roundLimits({ keys, fetch, peer, ours }) {
  const is = (/** @type {Measurement[]} */ side, /** @type {Figure} */ figure) =>
    median(side.map((round) => round[figure]));
  return [
    atMost("all safe, of the plain fetch", is(ours, "safe_ms") / median(fetch), 1.2, "x"),
    atLeast("all safe, sooner than restoreKeyBackup", is(peer, "safe_ms") / is(ours, "safe_ms"), 15, "x"),
    atMost("all imported, of restoreKeyBackup", is(ours, "imported_ms") / is(peer, "imported_ms"), 1.1, "x"),
    atLeast("room keys in the crypto store, of all", Math.min(...ours.map(({ imported }) => imported)) / keys, 1, "x"),
    atMost("99.9 % of our blocks", is(ours, "block_p999_ms"), 16, " ms"),
    atMost("our longest block", is(ours, "longest_block_ms"), 50, " ms"),
  ];
}

/**
 * Whether memory stays what it is when there are more keys. By what 99 % of the samples are below: the peak counts garbage, of which a run
 * that is ten times as long sees more by chance alone.
 * @param {Results} results @returns {Check[]}
 */
function heapLimits({ ours, reference }) {
  if (reference === null) return [];
  const grown = (/** @type {"main_heap_p99_mb" | "worker_heap_p99_mb"} */ heap) =>
    median(ours.map((round) => round[heap])) / reference[heap];
  const of = `that of ${reference.imported} keys`;
  return [
    atMost(`our main-thread heap, of ${of}`, grown("main_heap_p99_mb"), 1.3, "x"),
    atMost(`our worker heap, of ${of}`, grown("worker_heap_p99_mb"), 1.3, "x"),
  ];
}

/** @param {Results} results @returns {Check[]} */
function scenarioLimits({ scenarios }) {
  if (scenarios === null) return [];
  const { hidden_keys_per_second, visible_keys_per_second, busy_frames_lost } = scenarios;
  const { prioritised_key_ms, round_trip_ms } = scenarios;
  return [
    atMost("first key of a prioritised room, behind one round trip", prioritised_key_ms - round_trip_ms, 300, " ms"),
    atLeast(
      "pace in a hidden tab, of that in a visible one",
      hidden_keys_per_second / visible_keys_per_second,
      0.5,
      "x",
    ),
    atMost("frames that a busy app lost to us", busy_frames_lost, 0, ""),
  ];
}

/** @param {string} what @param {number} value @param {number} limit @param {string} unit @returns {Check} */
function atMost(what, value, limit, unit) {
  return { value, held: value <= limit, text: `${what}: ${told(value)}${unit}, at most ${limit}${unit}` };
}

/** @param {string} what @param {number} value @param {number} limit @param {string} unit @returns {Check} */
function atLeast(what, value, limit, unit) {
  return { value, held: value >= limit, text: `${what}: ${told(value)}${unit}, at least ${limit}${unit}` };
}

/** @param {number} value */
function told(value) {
  return Number.isInteger(value) ? `${value}` : value.toFixed(2);
}

/** Medians. A side that was not measured, or cannot do it, is `null`. @param {Results} results */
export function json({ keys, fetch, peer, ours, reference, scenarios }) {
  const alone = Object.entries(scenarios ?? {}).map(([name, value]) => [name, rounded(value)]);
  return JSON.stringify({
    keys,
    fetch_ms: rounded(median(fetch)),
    peer: medians(peer, PEER_FIGURES),
    ours: ours.length === 0 ? null : { ...medians(ours, OUR_FIGURES), ...Object.fromEntries(alone) },
    ours_with_fewer_keys: reference && medians([reference], REFERENCE_FIGURES),
  });
}

/** @param {Measurement[]} side @param {readonly Figure[]} figures */
function medians(side, figures) {
  if (side.length === 0) return null;
  return Object.fromEntries(figures.map((figure) => [figure, rounded(median(side.map((round) => round[figure])))]));
}

/** To a tenth. @param {number} value */
function rounded(value) {
  return Math.round(value * 10) / 10;
}
