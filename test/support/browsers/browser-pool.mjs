/**
 * Several browsers of one engine as one launcher, with one page each. Two pages of one browser would not do: a browser slows down the page in
 * its background, and both pages would share their storage.
 */

/** @typedef {import("@web/test-runner-core").BrowserLauncher & { getPage?: (sessionId: string) => unknown }} Launcher */

class BrowserPool {
  name;
  type;
  concurrency;
  launchers;
  /** By session. @type {Map<string, Launcher>} */
  #busy = new Map();

  /** @param {[Launcher, ...Launcher[]]} launchers */
  constructor(launchers) {
    this.name = launchers[0].name;
    this.type = launchers[0].type;
    this.concurrency = launchers.length;
    this.launchers = launchers;
  }

  /** @type {NonNullable<Launcher["initialize"]>} */
  async initialize(config, testFiles) {
    for (const launcher of this.launchers) await launcher.initialize?.(config, testFiles);
  }

  /** @param {string} sessionId @param {string} url */
  async startSession(sessionId, url) {
    const launcher = this.#leastBusy();
    this.#busy.set(sessionId, launcher);
    try {
      await launcher.startSession(sessionId, url);
    } catch (error) {
      this.#busy.delete(sessionId);
      throw error;
    }
  }

  /** @param {string} sessionId */
  isActive(sessionId) {
    return this.#busy.get(sessionId)?.isActive(sessionId) ?? false;
  }

  /** @param {string} sessionId */
  getBrowserUrl(sessionId) {
    return this.#of(sessionId).getBrowserUrl(sessionId);
  }

  /** For the runner's commands. @param {string} sessionId */
  getPage(sessionId) {
    return this.#of(sessionId).getPage?.(sessionId);
  }

  /** @param {string} sessionId */
  async stopSession(sessionId) {
    try {
      return await this.#of(sessionId).stopSession(sessionId);
    } finally {
      this.#busy.delete(sessionId);
    }
  }

  async stop() {
    await Promise.all(this.launchers.map((launcher) => launcher.stop?.()));
  }

  /** @param {string} sessionId @param {string} url */
  async startDebugSession(sessionId, url) {
    await this.launchers[0]?.startDebugSession(sessionId, url);
  }

  /** A free one, except after a browser that did not start in time: the runner gives its session up without a word. */
  #leastBusy() {
    const busy = [...this.#busy.values()];
    const sessionsOf = (/** @type {Launcher} */ launcher) => busy.filter((it) => it === launcher).length;
    return this.launchers.reduce((least, it) => (sessionsOf(it) < sessionsOf(least) ? it : least));
  }

  /** @param {string} sessionId */
  #of(sessionId) {
    const launcher = this.#busy.get(sessionId);
    if (launcher === undefined) throw new Error(`No ${this.name} runs session ${sessionId}`);
    return launcher;
  }
}

/** @param {number} count @param {() => Launcher} makeLauncher */
export function poolOf(count, makeLauncher) {
  const more = Array.from({ length: count - 1 }, makeLauncher);
  return new BrowserPool([makeLauncher(), ...more]);
}
