/** The benchmark's command line. */
import { parseArgs } from "node:util";

const USAGE =
  "npm run bench -- [--keys 100000] [--shape even|one-room|many-rooms|long-ids] [--rooms 100] [--runs 3] [--ours | --peer]" +
  " [--intensity gentle|balanced|fast] [--json]";
const ONE_RUN_FROM = 500_000;
const LONG_ID = 10_000;
const KEYS_OF_A_SMALL_ROOM = 10;

/** @typedef {"peer" | "ours"} SideName */
/** @typedef {{ rooms: number, idLength?: number }} Rooms `idLength` in characters, where room IDs are to be long ones */
/**
 * @typedef {object} Options
 * @property {number} keys
 * @property {(keys: number) => Rooms} roomsFor a backup of that many keys
 * @property {number} runs
 * @property {SideName[]} sides
 * @property {string} intensity of ours
 * @property {boolean} json
 */

/**
 * How the room keys are spread over rooms.
 * @type {Readonly<Record<string, (keys: number, rooms: number) => Rooms>>}
 */
const SHAPES = {
  even: (_keys, rooms) => ({ rooms }),
  "one-room": () => ({ rooms: 1 }),
  "many-rooms": (keys) => ({ rooms: Math.ceil(keys / KEYS_OF_A_SMALL_ROOM) }),
  "long-ids": (keys) => ({ rooms: Math.ceil(keys / KEYS_OF_A_SMALL_ROOM), idLength: LONG_ID }),
};

/** @param {string[]} args @returns {Options} */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      keys: { type: "string", default: "100000" },
      shape: { type: "string", default: "even" },
      rooms: { type: "string", default: "100" },
      runs: { type: "string" },
      ours: { type: "boolean", default: false },
      peer: { type: "boolean", default: false },
      intensity: { type: "string", default: "balanced" },
      json: { type: "boolean", default: false },
    },
  });
  const keys = wholeNumber(values.keys);
  const rooms = wholeNumber(values.rooms);
  const shape = SHAPES[values.shape];
  if (shape === undefined) throw new Error(`There is no shape ${values.shape}. ${USAGE}`);
  const runs = values.runs === undefined ? (keys < ONE_RUN_FROM ? 3 : 1) : wholeNumber(values.runs);
  const { intensity, json } = values;
  return { keys, roomsFor: (count) => shape(count, rooms), runs, sides: sidesOf(values), intensity, json };
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
