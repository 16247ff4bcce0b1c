/** What is said of the rounds: a table, the limits, and one JSON object. */
import { median } from "./statistics.mjs";

/** @typedef {import("./round.mjs").Measurement} Measurement */
/** @typedef {Exclude<keyof Measurement, "process_mb">} Figure */
/** @typedef {{ keys: number, fetch: number[], peer: Measurement[], ours: Measurement[] }} Rounds */

/** @type {Record<string, keyof Measurement>} */
const ROWS = {
  "first key usable, ms": "first_key_ms",
  "all safe, ms": "safe_ms",
  "all imported, ms": "imported_ms",
  "longest main-thread block, ms": "longest_block_ms",
  "  which began at, ms": "longest_block_at_ms",
  "99.9 % of blocks below, ms": "block_p999_ms",
  "main thread busy, ms": "main_busy_ms",
  "peak main-thread heap, MB": "main_heap_mb",
  "peak worker heap, MB": "worker_heap_mb",
  "peak renderer process, MB": "process_mb",
  "room keys in the crypto store": "imported",
};

/** @type {readonly Figure[]} */
const PEER_FIGURES = ["first_key_ms", "safe_ms", "imported_ms", "longest_block_ms", "main_busy_ms", "main_heap_mb"];
/** @type {readonly Figure[]} */
const OUR_FIGURES = [...PEER_FIGURES, "worker_heap_mb", "imported"];

/** Medians, with the least and the most. @param {Rounds} rounds */
export function table({ keys, fetch, peer, ours }) {
  const line = (/** @type {string[]} */ ...cells) =>
    cells.map((cell, at) => (at ? cell.padStart(32) : cell.padEnd(32)));
  const lines = Object.entries(ROWS).map(([label, figure]) => {
    const spreads = [peer, ours].map((side) => spread(side.map((round) => round[figure])));
    return line(label, ...spreads).join("");
  });
  return [
    `${keys} room keys; plain fetch of the backup: ${spread(fetch)} ms`,
    line("", "restoreKeyBackup", "key-backup-sync").join(""),
    ...lines,
  ].join("\n");
}

/** @param {readonly (number | null)[]} values */
function spread(values) {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length === 0) return "-";
  const [middle, least, most] = [median(numbers), Math.min(...numbers), Math.max(...numbers)].map(rounded);
  return least === most ? `${middle}` : `${middle} (${least} - ${most})`;
}

/** Only those that were measured. @param {Rounds} rounds */
export function limits({ keys, fetch, peer, ours }) {
  const is = (/** @type {Measurement[]} */ side, /** @type {Figure} */ figure) =>
    median(side.map((round) => round[figure]));
  const checks = [
    atMost("all safe, of the plain fetch", is(ours, "safe_ms") / median(fetch), 1.2),
    atLeast("all safe, sooner than restoreKeyBackup", is(peer, "safe_ms") / is(ours, "safe_ms"), 15),
    atMost("all imported, of restoreKeyBackup", is(ours, "imported_ms") / is(peer, "imported_ms"), 1.1),
    atLeast("room keys in the crypto store, of all", Math.min(...ours.map(({ imported }) => imported)) / keys, 1),
  ].filter(({ value }) => Number.isFinite(value));
  const held = checks.filter((check) => check.held).length;
  const lines = checks.map(({ held, text }) => `${held ? "held" : "NOT HELD"}: ${text}`);
  return [...lines, `bench: ${held} of ${checks.length} limits held`].join("\n");
}

/** @param {string} what @param {number} value @param {number} limit */
function atMost(what, value, limit) {
  return { value, held: value <= limit, text: `${what}: ${value.toFixed(2)}x, at most ${limit}x` };
}

/** @param {string} what @param {number} value @param {number} limit */
function atLeast(what, value, limit) {
  return { value, held: value >= limit, text: `${what}: ${value.toFixed(2)}x, at least ${limit}x` };
}

/** Medians. A side that was not measured, or cannot do it, is `null`. @param {Rounds} rounds */
export function json({ keys, fetch, peer, ours }) {
  return JSON.stringify({
    keys,
    fetch_ms: rounded(median(fetch)),
    peer: medians(peer, PEER_FIGURES),
    ours: medians(ours, OUR_FIGURES),
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
