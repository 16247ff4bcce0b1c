/** What the tabs of a device told, in the order in which node heard of it, and what follows from that. It touches no tab itself. */
import { setTimeout as delay } from "node:timers/promises";

/** @typedef {import("./page/wire.js").Note} Note */
/** @typedef {import("./page/wire.js").StateNote} StateNote */
/** @typedef {Note & { type: "import-begins" }} ImportNote */
/** Imports of one document, one after the other, between which no more was settled. @typedef {{ life: string, settled: number, sessions: Set<string> }} Batch */

const LONGEST_WAIT_MS = 120_000;
const LATEST_LINES = 40;

export class Journal {
  /** Imports that began while another one was under way. */
  doubleImports = 0;
  /** Imports that began though every tab showed that it is paused. */
  importsWhilePaused = 0;
  /** Pages, workers and browsers that were killed so far. */
  kills = 0;
  /** Of these, workers. */
  workerDeaths = 0;
  /** The person resumed it after so many kills, and no tab showed since that this is kept. @type {number | null} */
  #resumedAfter = null;
  /** By tab, of those that live. @type {Map<string, StateNote>} */
  #states = new Map();
  /** The document of a tab. @type {Map<string, string>} */
  #lives = new Map();
  /** Documents that are killed: what they still say changes nothing. @type {Set<string>} */
  #dead = new Set();
  /** Tabs that are gone for good: one that is closed while it is being loaded may yet say something. @type {Set<string>} */
  #gone = new Set();
  /** Imports under way, each of a document that lives. @type {Map<string, string>} */
  #underWay = new Map();
  /** The batch of the latest import. @type {Batch} */
  #batch = { life: "", settled: 0, sessions: new Set() };
  /** The batch that each session was imported with last. @type {Map<string, Batch>} */
  #batchOf = new Map();
  /** @type {Set<Batch>} */
  #begunAgain = new Set();
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** @type {string[]} */
  #lines = [];
  #roomKeyRequests;
  /** Those of the download, which then was whole. @type {number | undefined} */
  #requestsOfDownload;

  /** @param {() => number} roomKeyRequests how often the homeserver was asked for room keys so far */
  constructor(roomKeyRequests) {
    this.#roomKeyRequests = roomKeyRequests;
  }

  /** @param {string} tab @param {string} life @param {Note} note */
  add(tab, life, note) {
    this.say(`${tab}: ${describe(note)}`);
    if (this.#gone.has(tab)) this.#dead.add(life);
    if (note.type === "import-begins") this.#importBegins(life, note);
    if (this.#dead.has(life)) return;
    this.#lives.set(tab, life);
    if (note.type === "import-ends") this.#underWay.delete(`${life} ${note.call}`);
    if (note.type === "state") this.#shown(tab, note);
    for (const listener of this.#listeners) listener();
  }

  /** For whoever has to find out why a run failed. @param {string} line */
  say(line) {
    this.#lines.push(line);
  }

  latestLines() {
    return this.#lines.slice(-LATEST_LINES);
  }

  /** What comes from its document from now on is of the past. @param {string} tab */
  dies(tab) {
    const life = this.#lives.get(tab);
    this.#states.delete(tab);
    if (life === undefined) return;
    this.#lives.delete(tab);
    this.#dead.add(life);
    for (const [call, of] of this.#underWay) if (of === life) this.#underWay.delete(call);
  }

  /** It comes not again. @param {string} tab */
  goes(tab) {
    this.dies(tab);
    this.#gone.add(tab);
  }

  /** Whether a tab shows it. @param {import("../../src/state.js").Status} status */
  shows(status) {
    return [...this.#states.values()].some((state) => state.status === status);
  }

  resumes() {
    this.#resumedAfter = this.kills;
  }

  /** Killed in that moment, it may be found paused. */
  get wasKilledAtResume() {
    return this.#resumedAfter !== null && this.kills > this.#resumedAfter;
  }

  /** How many tabs show something. */
  get shown() {
    return this.#states.size;
  }

  /** What a tab shows that has come to an end. @returns {StateNote | undefined} */
  get ended() {
    return [...this.#states.values()].find(({ status }) => status === "complete" || status === "failed");
  }

  /** The tab that does the work, as far as one can see: the others show what it shows. */
  get holder() {
    const importing = [...this.#lives.keys()].find((tab) => this.#lives.get(tab) === this.#batch.life);
    return importing ?? [...this.#states.keys()].find((tab) => isAtWork(this.#states.get(tab)?.status));
  }

  get downloaded() {
    return Math.max(0, ...[...this.#states.values()].map(({ progress }) => progress?.downloaded ?? 0));
  }

  /** Sessions that were given to the crypto store. */
  get imported() {
    return this.#batchOf.size;
  }

  /** For room keys that are there. */
  get requestsAfterWhole() {
    return this.#roomKeyRequests() - (this.#requestsOfDownload ?? 0);
  }

  /** Batches of which a session was imported once more. */
  get batchesBegunAgain() {
    return this.#begunAgain.size;
  }

  /**
   * Resolves as soon as it is so.
   * @param {() => boolean} test @param {string} what in words
   */
  async when(test, what) {
    if (test()) return;
    const ended = new AbortController();
    /** @type {() => void} */
    let look = () => {};
    const came = new Promise((resolve) => {
      look = () => test() && resolve(true);
      this.#listeners.add(look);
    });
    const timeOut = delay(LONGEST_WAIT_MS, false, { signal: ended.signal });
    timeOut.catch(() => {});
    const inTime = await Promise.race([came, timeOut]);
    ended.abort();
    this.#listeners.delete(look);
    if (!inTime) throw new Error(`Waited in vain for ${LONGEST_WAIT_MS / 1000} s: ${what}`);
  }

  /** @param {string} tab @param {StateNote} note */
  #shown(tab, note) {
    this.#states.set(tab, note);
    if (isAtWork(note.status) || note.status === "complete") this.#resumedAfter = null;
    const isWhole = note.status === "importing" || note.status === "complete";
    if (isWhole) this.#requestsOfDownload ??= this.#roomKeyRequests();
  }

  /** @param {string} life @param {ImportNote} note */
  #importBegins(life, note) {
    const shown = [...this.#states.values()];
    if (shown.length > 0 && shown.every(({ status }) => status === "paused")) this.importsWhilePaused++;
    if (!this.#dead.has(life)) {
      if (this.#underWay.size > 0) this.doubleImports++;
      this.#underWay.set(`${life} ${note.call}`, life);
    }
    this.#batch = this.#batchFor(life, note);
    for (const session of note.sessions) {
      const before = this.#batchOf.get(session);
      if (before !== undefined) this.#begunAgain.add(before);
      this.#batchOf.set(session, this.#batch);
      this.#batch.sessions.add(session);
    }
  }

  /** The one under way, or another: one that is begun again has sessions of it. @param {string} life @param {ImportNote} note @returns {Batch} */
  #batchFor(life, { settled, sessions }) {
    const batch = this.#batch;
    const isSame = batch.life === life && batch.settled === settled;
    return isSame && !sessions.some((session) => batch.sessions.has(session))
      ? batch
      : { life, settled, sessions: new Set() };
  }
}

/** @param {import("../../src/state.js").Status | undefined} status */
function isAtWork(status) {
  return status === "downloading" || status === "importing";
}

/** @param {Note} note */
function describe(note) {
  if (note.type === "import-begins") {
    return `import ${note.call} begins: ${note.sessions.length} room keys, ${note.settled} settled before`;
  }
  if (note.type === "import-ends") return `import ${note.call} ends`;
  const { status, reason, progress } = note;
  const counts = progress && ` ${progress.imported} of ${progress.downloaded} of ${progress.total}`;
  return `${status}${reason ? ` (${reason})` : ""}${counts ?? ""}`;
}
