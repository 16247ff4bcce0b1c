/** The benchmark's command line. */
import { parseArgs } from "node:util";

const USAGE = "npm run bench -- [--keys 100000] [--rooms 100] [--runs 3] [--ours | --peer] [--json]";
const ONE_RUN_FROM = 500_000;

/** @typedef {"peer" | "ours"} SideName */
/** @typedef {{ keys: number, rooms: number, runs: number, sides: SideName[], json: boolean }} Options */

/** @param {string[]} args @returns {Options} */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      keys: { type: "string", default: "100000" },
      rooms: { type: "string", default: "100" },
      runs: { type: "string" },
      ours: { type: "boolean", default: false },
      peer: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const keys = wholeNumber(values.keys);
  const runs = values.runs === undefined ? (keys < ONE_RUN_FROM ? 3 : 1) : wholeNumber(values.runs);
  return { keys, rooms: wholeNumber(values.rooms), runs, sides: sidesOf(values), json: values.json };
}

/** Both, unless only one is asked for. @param {{ ours: boolean, peer: boolean }} only @returns {SideName[]} */
function sidesOf({ ours, peer }) {
  if (ours === peer) return ["peer", "ours"];
  return ours ? ["ours"] : ["peer"];
}

/** @param {string} text */
function wholeNumber(text) {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`Not a number of something: ${text}. ${USAGE}`);
  return number;
}
