/**
 * One function: batches from the worker into the crypto store, one after the other, until the spool's end. A batch is settled only
 * when the crypto store has it. It knows nothing of pausing (that is an abort between two batches) nor of where batches come from.
 */
import { BatchSize } from "./batch-size.js";
import type { Changes } from "./changes.js";
import { EFFORTS, type Effort } from "./effort.js";
import { KeyBackupSyncError } from "./errors.js";
import type { CryptoStore, RoomKey } from "./host.js";
import { longestBlockOf } from "./longest-block.js";
import { nextTask } from "./next-task.js";
import type { Batch, NextBatch, SettledBatch } from "./protocol.js";
import type { Intensity, Progress } from "./state.js";

/** Calls of the crypto store. The block of each of the first is measured, since their size follows from it, then that of one in so many. */
const MEASURED_FIRST = 8;
const BETWEEN_SAMPLES = 16;

export interface ImportOptions {
  readonly nextBatch: (limit: number, settled: SettledBatch | null) => Promise<NextBatch>;
  readonly cryptoStore: Pick<CryptoStore, "importRoomKeys">;
  readonly backupVersion: string;
  readonly signal: AbortSignal;
  /** Asked before each call of the crypto store: it may change at any time. */
  readonly intensity: () => Intensity;
  /** Resolves after so many milliseconds, also in a hidden tab, where browsers slow down the timers of a page. */
  readonly rest: (milliseconds: number) => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
  /** Whenever there is more in the spool. */
  readonly spooled: Changes;
}

/** @throws KeyBackupSyncError `import-failed` if the crypto store no longer takes any key; what `nextBatch` throws; the abort's reason */
export async function importRoomKeys(options: ImportOptions): Promise<void> {
  const batches = new BatchImport(options);
  let settled: SettledBatch | null = null;
  for (;;) {
    const spooled = options.spooled.count;
    const next = await options.nextBatch(batches.size.batch, settled);
    settled = null;
    options.onProgress(next.progress);
    if (next.kind === "end") return;
    options.signal.throwIfAborted();
    if (next.kind === "caught-up") await options.spooled.moreThan(spooled, options.signal);
    else settled = await batches.settle(next.batch);
  }
}

type BatchImportOptions = Pick<ImportOptions, "cryptoStore" | "backupVersion" | "intensity" | "rest">;

/** Of one try. */
interface Outcome {
  /** Dropped, as the crypto store itself counts. */
  readonly rejected: number;
  /** For these it threw. */
  readonly refused: readonly RoomKey[];
  readonly cause: unknown;
}

class BatchImport {
  readonly size = new BatchSize(() => this.#effort.block);
  readonly #options: BatchImportOptions;
  #calls = 0;
  /** A room key for which the crypto store did not throw. */
  #taken: readonly RoomKey[] = [];

  constructor(options: BatchImportOptions) {
    this.#options = options;
  }

  async settle({ roomKeys, failures, end }: Batch): Promise<SettledBatch> {
    const started = performance.now();
    let rejected = 0;
    for (let at = 0; at < roomKeys.length; ) {
      const some = roomKeys.slice(at, at + this.size.atOnce);
      await nextTask(this.#effort.priority);
      rejected += await this.#importThenRest(some);
      at += some.length;
    }
    if (roomKeys.length > 0) this.size.took(roomKeys.length, performance.now() - started);
    return {
      imported: roomKeys.length - rejected,
      failures: { ...failures, rejected: failures.rejected + rejected },
      end,
    };
  }

  get #effort(): Effort {
    return EFFORTS[this.#options.intensity()];
  }

  /** How many of them the crypto store rejected. */
  async #importThenRest(roomKeys: readonly RoomKey[]): Promise<number> {
    const started = performance.now();
    const rejected = await this.#importMeasured(roomKeys);
    const { rest } = this.#effort;
    if (rest > 0) await this.#options.rest((performance.now() - started) * rest);
    return rejected;
  }

  async #importMeasured(roomKeys: readonly RoomKey[]): Promise<number> {
    const call = this.#calls++;
    if (call >= MEASURED_FIRST && call % BETWEEN_SAMPLES !== 0) return this.#importAll(roomKeys);
    let rejected = 0;
    const block = await longestBlockOf(async () => {
      rejected = await this.#importAll(roomKeys);
    });
    this.size.blocked(roomKeys.length, block);
    return rejected;
  }

  async #importAll(roomKeys: readonly RoomKey[]): Promise<number> {
    const { rejected, refused } = await this.#importOrSplit(roomKeys);
    return refused.length === 0 ? rejected : rejected + (await this.#importAgain(refused));
  }

  /** A fault may have passed: what was refused once is tried once more, and is rejected only by a store that still takes other keys. */
  async #importAgain(roomKeys: readonly RoomKey[]): Promise<number> {
    await nextTask(this.#effort.priority);
    const { rejected, refused, cause } = await this.#importOrSplit(roomKeys);
    if (refused.length > 0) await this.#importTaken(cause);
    return rejected + refused.length;
  }

  /** Importing a key again changes nothing, but tells whether the crypto store is at its work. */
  async #importTaken(cause: unknown): Promise<void> {
    const isTaken = this.#taken.length > 0 && (await this.#importOrSplit(this.#taken)).refused.length === 0;
    if (!isTaken) throw new KeyBackupSyncError("import-failed", { cause });
  }

  /** When the crypto store throws it may be for one key: it is tried by halves, down to that one. */
  async #importOrSplit(roomKeys: readonly RoomKey[]): Promise<Outcome> {
    const { cryptoStore, backupVersion } = this.#options;
    try {
      const { rejected } = await cryptoStore.importRoomKeys(roomKeys, backupVersion);
      this.#taken = roomKeys.slice(0, 1);
      return { rejected, refused: [], cause: null };
    } catch (cause) {
      return roomKeys.length === 1 ? { rejected: 0, refused: roomKeys, cause } : this.#importHalves(roomKeys);
    }
  }

  async #importHalves(roomKeys: readonly RoomKey[]): Promise<Outcome> {
    const middle = Math.ceil(roomKeys.length / 2);
    const first = await this.#importOrSplit(roomKeys.slice(0, middle));
    const second = await this.#importOrSplit(roomKeys.slice(middle));
    return {
      rejected: first.rejected + second.rejected,
      refused: [...first.refused, ...second.refused],
      cause: second.cause ?? first.cause,
    };
  }
}
