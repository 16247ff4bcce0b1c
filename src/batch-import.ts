/**
 * Batches of room keys into the crypto store, in calls of a size that keeps the page smooth. It tells a bad room key from a crypto store
 * that fails, and knows nothing of where batches come from.
 */
import { BatchSize } from "./batch-size.js";
import type { Effort } from "./effort.js";
import { KeyBackupSyncError } from "./errors.js";
import type { RoomKey } from "./host.js";
import { type ImportAll, importByHalves, type Tried } from "./import-by-halves.js";
import { longestBlockOf } from "./longest-block.js";
import { nextTask } from "./next-task.js";
import type { SettledBatch } from "./protocol.js";

/** Calls of the crypto store. The block of each of the first is measured, since their size follows from it, then that of one in so many. */
const MEASURED_FIRST = 8;
const BETWEEN_SAMPLES = 16;
/** Tries at the end, when no room key follows whose import would show that the crypto store still works. */
const MOST_TRIES = 3;
/** Room keys in a row for which the crypto store throws: all of them are kept in memory until it takes another, or they are too many. */
const MOST_REFUSED = 5000;

export interface BatchImportOptions {
  readonly importAll: ImportAll;
  /** Asked before each call of the crypto store: it may change at any time. */
  readonly effort: () => Effort;
  /** Resolves after so many milliseconds, also in a hidden tab, where browsers slow down the timers of a page. */
  readonly rest: (milliseconds: number) => Promise<void>;
}

export class BatchImport {
  /** What the crypto store threw last. */
  cause: unknown = null;
  readonly size = new BatchSize(() => this.#options.effort().block);
  readonly #options: BatchImportOptions;
  #calls = 0;
  /** Of all batches that are not settled. */
  #given: RoomKey[] = [];
  readonly #rejected = new Set<RoomKey>();
  /** For these the crypto store threw; and whether it has taken another since, so that a second throw says that it is the key. */
  readonly #refused = new Map<RoomKey, boolean>();
  /** Room keys that the crypto store took. */
  #taken = 0;
  #tries = 0;

  constructor(options: BatchImportOptions) {
    this.#options = options;
  }

  /**
   * @returns what became of this batch and of those before that are not settled; `null` as long as nobody can tell a bad room key from a
   *   crypto store that no longer writes: the next batch may, or another try, for which an empty one will do
   * @throws KeyBackupSyncError `import-failed` if that does not help
   */
  async settle(roomKeys: readonly RoomKey[]): Promise<SettledBatch | null> {
    const started = performance.now();
    const before = this.#taken;
    this.#given.push(...roomKeys);
    await this.#importInCalls(roomKeys);
    // As long as the crypto store takes nothing, a second try of all that it refused tells nothing either.
    if (this.#taken > before || roomKeys.length === 0) await this.#importAgain();
    if (roomKeys.length > 0) this.size.took(roomKeys.length, performance.now() - started);
    if (this.#refused.size === 0) return this.#settled();
    if (roomKeys.length === 0) this.#tries++;
    if (this.#tries < MOST_TRIES && this.#refused.size < MOST_REFUSED) return null;
    throw new KeyBackupSyncError("import-failed", { cause: this.cause });
  }

  /** What the crypto store threw for counts as rejected: for whom nothing is lost by that. */
  giveUp(): SettledBatch {
    for (const roomKey of this.#refused.keys()) this.#rejected.add(roomKey);
    this.#refused.clear();
    return this.#settled();
  }

  /** Room keys of batches that are not settled which the crypto store has. */
  get unsettledTaken(): number {
    return this.#given.length - this.#rejected.size - this.#refused.size;
  }

  #settled(): SettledBatch {
    const rejected = this.#given.flatMap((roomKey, index) => (this.#rejected.has(roomKey) ? [index] : []));
    this.#given = [];
    this.#rejected.clear();
    this.#tries = 0;
    return { rejected };
  }

  async #importInCalls(roomKeys: readonly RoomKey[]): Promise<void> {
    for (let at = 0; at < roomKeys.length; ) {
      const some = roomKeys.slice(at, at + this.size.atOnce);
      await nextTask(this.#options.effort().priority);
      for (const tried of await this.#importThenRest(some)) this.#note(tried);
      at += some.length;
    }
  }

  /** A fault may have passed. As long as it helps: what is taken now tells of the others. */
  async #importAgain(): Promise<void> {
    for (let before = Number.POSITIVE_INFINITY; this.#refused.size < before; ) {
      before = this.#refused.size;
      await this.#importInCalls([...this.#refused.keys()]);
    }
  }

  /**
   * A crypto store that fails, fails for all until it is well again: one that threw for a key, took another, and throws for the first
   * again has nothing but that key to complain of. What it took before the first throw says nothing, and a key that it has already it
   * takes without writing. So what counts was first tried behind that key: as a spool always comes in the same order, what was taken
   * by a page that died, or by a run that failed here, comes before it. One that it has from elsewhere may come behind: nothing tells.
   */
  #note({ roomKey, fate }: Tried): void {
    if (fate.kind === "refused") {
      this.cause = fate.cause;
      if (!this.#refused.get(roomKey)) return void this.#refused.set(roomKey, false);
    }
    this.#refused.delete(roomKey);
    if (fate.kind === "taken") this.#noteTaken();
    else this.#rejected.add(roomKey);
  }

  #noteTaken(): void {
    this.#taken++;
    for (const other of this.#refused.keys()) this.#refused.set(other, true);
  }

  async #importThenRest(roomKeys: readonly RoomKey[]): Promise<readonly Tried[]> {
    const started = performance.now();
    const tried = await this.#importMeasured(roomKeys);
    const { rest } = this.#options.effort();
    if (rest > 0) await this.#options.rest((performance.now() - started) * rest);
    return tried;
  }

  async #importMeasured(roomKeys: readonly RoomKey[]): Promise<readonly Tried[]> {
    const { importAll } = this.#options;
    const call = this.#calls++;
    if (call >= MEASURED_FIRST && call % BETWEEN_SAMPLES !== 0) return importByHalves(roomKeys, importAll);
    let tried: readonly Tried[] = [];
    const block = await longestBlockOf(async () => {
      tried = await importByHalves(roomKeys, importAll);
    });
    this.size.blocked(roomKeys.length, block);
    return tried;
  }
}
