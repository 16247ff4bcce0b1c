/** What happens in a run, all of it by the seed. It knows not how a thing is done. */
import fc from "fast-check";
import { SITUATIONS } from "./situations.mjs";

/** @typedef {import("./page/wire.js").Adapter} Adapter */
/** @typedef {import("./page/wire.js").Answer} Answer */
/** @typedef {import("./page/wire.js").Guard} Guard */
/** @typedef {import("./page/wire.js").Way} Way */
/** `sdk`: either end of the peer range. @typedef {{ adapter: Adapter, sdk: "newest" | "oldest" }} DeviceKind */
/**
 * When to strike. `part`: of the download, of the room keys of an import, or of the requests of an upload. A request of a reset or of an upload
 * is held before it reaches the homeserver (`asked`), or its answer is. `opening`: as soon as the page is there. `rest`: when the device has nothing more to do.
 * @typedef {object} Moment
 * @property {"opening" | "download" | "import" | "reset" | "upload" | "rest"} stage
 * @property {number} part
 * @property {"asked" | "answered"} phase
 * @property {number} delay milliseconds after that moment, where nothing is held
 */
/**
 * `device`: 0 is new, and downloads; 1 is signed in elsewhere, has all room keys, and asks nobody before a reset. `isTold`: the other device's
 * human enters the new recovery key there at once, not at the end.
 * @typedef {{ at: Moment } & (
 *   | { does: "kill", kind: "reload" | "close" | "crash" }
 *   | { does: "reset", device: 0 | 1, way: Way, answer: Answer, isTold: boolean }
 *   | { does: "replace" }
 *   | { does: "sign-out", device: 0 | 1, answer: Answer }
 * )} Act
 */
/**
 * @typedef {object} Plan
 * @property {readonly [DeviceKind, DeviceKind]} devices
 * @property {Guard} guard of the new device
 * @property {"none" | "unlocked" | "stored"} older an older version that the homeserver still has, and where its decryption key comes from
 * @property {boolean} hasMessages some of the room keys are of real messages, which another new device reads at the end
 * @property {number} uploadDelay milliseconds that a matrix-js-sdk client waits at most before it uploads
 * @property {readonly Act[]} acts one after the other
 */

const part = fc.integer({ min: 0, max: 99 }).map((percent) => percent / 100);

/** @param {readonly Moment["stage"][]} stages @returns {fc.Arbitrary<Moment>} */
function momentOf(...stages) {
  return fc.record({
    stage: fc.constantFrom(...stages),
    part,
    phase: fc.constantFrom("asked", "answered"),
    delay: fc.integer({ min: 0, max: 30 }),
  });
}

/** @param {readonly Moment["stage"][]} stages */
function killIn(...stages) {
  const kind = fc.constantFrom("reload", "close", "crash");
  return fc.record({ at: momentOf(...stages), does: fc.constant("kill"), kind });
}

/** @param {readonly Moment["stage"][]} stages */
function resetIn(...stages) {
  return fc.record({
    at: momentOf(...stages),
    does: fc.constant("reset"),
    device: fc.constantFrom(0, 0, 1),
    way: fc.constantFrom("plain", "plain", "steps"),
    answer: fc.constantFrom("finish", "finish", "finish", "lose", "stay"),
    isTold: fc.boolean(),
  });
}

/** @param {readonly Moment["stage"][]} stages */
function replaceIn(...stages) {
  return fc.record({ at: momentOf(...stages), does: fc.constant("replace") });
}

/** @param {readonly Moment["stage"][]} stages */
function signOutIn(...stages) {
  return fc.record({
    at: momentOf(...stages),
    does: fc.constant("sign-out"),
    device: fc.constantFrom(0, 0, 1),
    answer: fc.constantFrom("finish", "finish", "stay", "lose"),
  });
}

/** At most so many of these, in a row. @param {number} maxLength @param {readonly fc.Arbitrary<Act>[]} kinds */
function some(maxLength, ...kinds) {
  return fc.array(fc.oneof(...kinds), { maxLength });
}

/** A reset always: what may come before it, in its midst and after it, and at the end. @type {fc.Arbitrary<Act[]>} */
const acts = fc
  .tuple(
    some(1, killIn("download", "import"), replaceIn("download", "import")),
    resetIn("opening", "download", "import", "rest"),
    some(2, killIn("reset", "upload"), killIn("upload", "import"), resetIn("reset", "upload"), replaceIn("upload")),
    some(1, signOutIn("upload", "rest")),
  )
  .map(([before, reset, after, end]) => /** @type {Act[]} */ ([...before, reset, ...after, ...end]));

/** @type {fc.Arbitrary<DeviceKind>} */
const deviceKind = fc.record({
  adapter: fc.constantFrom("matrix-client", "matrix-client", "olm-machine"),
  sdk: fc.constantFrom("newest", "oldest"),
});

/** @type {fc.Arbitrary<Plan>} */
const anyPlan = fc.record({
  devices: fc.tuple(deviceKind, deviceKind),
  guard: fc.constantFrom("none", "ask", "ask", "secure-first"),
  older: fc.constantFrom("none", "none", "unlocked", "stored"),
  hasMessages: fc.integer({ min: 1, max: 8 }).map((number) => number === 1),
  // The client of a host waits up to 10 s: with less it uploads beside ours, too.
  uploadDelay: fc.constantFrom(0, 300, 2000),
  acts,
});

/**
 * The plan of one run, the same whatever runs there are beside it. The first ones are of a situation each, so that few runs meet all of them.
 * @param {number} seed @param {number} run @returns {Plan}
 */
export function planOf(seed, run) {
  const situation = SITUATIONS[run];
  const drawn = /** @type {Plan} */ (fc.sample(anyPlan, { seed, numRuns: run + 1, unbiased: true }).at(-1));
  if (!situation) return drawn;
  const moments = fc.sample(momentOf("rest"), { seed: seed + run, numRuns: situation.acts.length, unbiased: true });
  const acts = situation.acts.map((act, at) => ({ ...act, at: { ...moments[at], ...act.at } }));
  return { ...drawn, ...situation, acts: /** @type {Act[]} */ (acts) };
}
