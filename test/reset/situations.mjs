/**
 * The first runs of every seed: each adapter with each end of the peer range, each way to be reset, each place to be killed in, and each answer
 * of a human who signs out. Where exactly in a stage they strike is drawn.
 */

/** @typedef {import("./plan.mjs").Act} Act */
/** @typedef {import("./plan.mjs").Plan} Plan */
/** `at`: at least the stage. @typedef {Act extends infer One ? Omit<One, "at"> & { at: Partial<import("./plan.mjs").Moment> } : never} RoughAct */
/** @typedef {Partial<Omit<Plan, "acts">> & { acts: readonly RoughAct[] }} Situation */

/** @type {Record<string, import("./plan.mjs").DeviceKind>} */
const KINDS = {
  client: { adapter: "matrix-client", sdk: "newest" },
  oldClient: { adapter: "matrix-client", sdk: "oldest" },
  machine: { adapter: "olm-machine", sdk: "newest" },
  oldMachine: { adapter: "olm-machine", sdk: "oldest" },
};
const { client, oldClient, machine, oldMachine } = KINDS;

const OPENING = { stage: "opening" };
const DOWNLOAD = { stage: "download" };
const IMPORT = { stage: "import" };
const RESET = { stage: "reset" };
const UPLOAD = { stage: "upload" };

const OWN_RESET = { does: "reset", device: 0, way: "plain", answer: "finish", isTold: true };
const OTHERS_RESET = { ...OWN_RESET, device: 1 };
const KILL = { does: "kill", kind: "reload" };
const CRASH = { does: "kill", kind: "crash" };

export const SITUATIONS = /** @type {readonly Situation[]} */ (
  /** @type {unknown} */ ([
    {
      devices: [client, client],
      guard: "ask",
      older: "none",
      hasMessages: true,
      acts: [{ ...OWN_RESET, at: IMPORT }],
    },
    {
      devices: [machine, client],
      guard: "none",
      older: "none",
      hasMessages: false,
      acts: [
        { ...OWN_RESET, at: IMPORT },
        { ...CRASH, at: UPLOAD },
      ],
    },
    {
      devices: [oldClient, client],
      guard: "ask",
      older: "none",
      hasMessages: false,
      acts: [
        { ...OWN_RESET, at: DOWNLOAD },
        { ...KILL, at: RESET },
      ],
    },
    {
      devices: [client, oldClient],
      guard: "ask",
      older: "none",
      hasMessages: false,
      acts: [
        { ...OTHERS_RESET, at: IMPORT },
        { does: "sign-out", device: 1, answer: "finish", at: UPLOAD },
      ],
    },
    {
      devices: [client, client],
      guard: "secure-first",
      older: "none",
      hasMessages: false,
      acts: [
        { ...OWN_RESET, way: "steps", at: DOWNLOAD },
        { does: "sign-out", device: 0, answer: "stay", at: UPLOAD },
      ],
    },
    {
      devices: [oldMachine, client],
      guard: "ask",
      older: "none",
      hasMessages: false,
      acts: [
        { ...OWN_RESET, at: DOWNLOAD },
        { does: "kill", kind: "close", at: RESET },
        { ...CRASH, at: UPLOAD },
      ],
    },
    {
      devices: [oldClient, client],
      guard: "ask",
      older: "unlocked",
      hasMessages: false,
      acts: [
        { ...OWN_RESET, at: IMPORT },
        { ...KILL, at: UPLOAD },
      ],
    },
    {
      devices: [client, client],
      guard: "ask",
      older: "none",
      hasMessages: false,
      acts: [
        { does: "replace", at: DOWNLOAD },
        { ...OWN_RESET, at: IMPORT },
      ],
    },
    {
      devices: [machine, client],
      guard: "ask",
      older: "none",
      hasMessages: false,
      acts: [
        { ...CRASH, at: DOWNLOAD },
        { ...KILL, at: IMPORT },
        { ...OWN_RESET, answer: "lose", at: IMPORT },
        { does: "sign-out", device: 0, answer: "lose", at: UPLOAD },
      ],
    },
    {
      devices: [client, machine],
      guard: "none",
      older: "none",
      hasMessages: false,
      acts: [
        { ...OWN_RESET, at: OPENING },
        { does: "sign-out", device: 1, answer: "finish", at: UPLOAD },
      ],
    },
    {
      devices: [oldMachine, oldClient],
      guard: "ask",
      older: "none",
      hasMessages: false,
      acts: [
        { ...OWN_RESET, at: IMPORT },
        { ...OTHERS_RESET, isTold: false, at: UPLOAD },
      ],
    },
    {
      devices: [client, client],
      guard: "ask",
      older: "stored",
      hasMessages: false,
      acts: [
        { ...OWN_RESET, at: DOWNLOAD },
        { does: "sign-out", device: 0, answer: "finish", at: UPLOAD },
      ],
    },
  ])
);
