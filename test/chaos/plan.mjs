/** What happens in a run, all of it by the seed: how many keys over what line, and what dies when. It knows not how a thing is killed. */
import fc from "fast-check";

/** Few sizes, since the keys of each are made once and kept. */
const SIZES = [
  { keys: 100, rooms: 1 },
  { keys: 300, rooms: 30 },
  { keys: 600, rooms: 4 },
  { keys: 1000, rooms: 100 },
  { keys: 2000, rooms: 20 },
];

/** Kills that a reopened page, or another tab, must go on from; and two of the line, which the page itself must survive. */
const KINDS = /** @type {const} */ (["reload", "close", "worker", "crash", "sigkill", "cut", "outage"]);

/** @typedef {(typeof KINDS)[number]} Kind */
/**
 * When to strike. `part`: of what is left to do in that stage; what is done already is no moment.
 * @typedef {{ stage: "opening", milliseconds: number } | { stage: "download" | "import", part: number }} Moment
 */
/**
 * @typedef {object} Blow
 * @property {Kind} kind
 * @property {Moment} moment
 * @property {number} delay milliseconds after that moment
 * @property {boolean} whilePaused the person pauses before, and resumes after
 * @property {boolean} atHolder in the tab that does the work, where there are two
 */
/** @typedef {{ size: { keys: number, rooms: number }, downloadSeconds: number | null, tabs: number, blows: Blow[] }} Plan */

/** Each as likely as the others, which those of `fc.double()` are not. */
const part = fc.integer({ min: 0, max: 99 }).map((percent) => percent / 100);

/** @type {fc.Arbitrary<Moment>} */
const moment = fc.oneof(
  fc.record({ stage: fc.constant(/** @type {const} */ ("opening")), milliseconds: fc.integer({ min: 0, max: 600 }) }),
  fc.record({ stage: fc.constant(/** @type {const} */ ("download")), part }),
  { weight: 2, arbitrary: fc.record({ stage: fc.constant(/** @type {const} */ ("import")), part }) },
);

/** @type {fc.Arbitrary<Blow>} */
const blow = fc.record({
  kind: fc.constantFrom(...KINDS),
  moment,
  delay: fc.integer({ min: 0, max: 60 }),
  whilePaused: oneIn(5),
  atHolder: fc.boolean(),
});

/** @type {fc.Arbitrary<Plan>} */
const plan = fc.record({
  size: fc.constantFrom(...SIZES),
  downloadSeconds: fc.oneof(
    fc.constant(null),
    fc.integer({ min: 2, max: 15 }).map((tenths) => tenths / 10),
  ),
  tabs: oneIn(3).map((isTrue) => (isTrue ? 2 : 1)),
  blows: fc.array(blow, { minLength: 1, maxLength: 4 }),
});

/** The plan of one run, the same whatever runs there are beside it. @param {number} seed @param {number} run @returns {Plan} */
export function planOf(seed, run) {
  return /** @type {Plan} */ (fc.sample(plan, { seed, numRuns: run + 1, unbiased: true }).at(-1));
}

/** @param {number} count */
function oneIn(count) {
  return fc.integer({ min: 1, max: count }).map((number) => number === 1);
}
