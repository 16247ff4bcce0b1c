/**
 * One function: batches from the worker into the crypto store, one after the other, until the spool's end. A batch is settled only
 * when the crypto store has it. It knows nothing of pausing (that is an abort between two batches) nor of where batches come from.
 */
import { BatchSize } from "./batch-size.js";
import type { Changes } from "./changes.js";
import { KeyBackupSyncError } from "./errors.js";
import type { CryptoStore, RoomKey } from "./host.js";
import { longestBlockOf } from "./longest-block.js";
import { nextTask } from "./next-task.js";
import type { Batch, NextBatch, SettledBatch } from "./protocol.js";
import type { Progress } from "./state.js";

/** Calls of the crypto store between two of which the block is measured. */
const BETWEEN_SAMPLES = 4;

export interface ImportOptions {
  readonly nextBatch: (limit: number, settled: SettledBatch | null) => Promise<NextBatch>;
  readonly cryptoStore: Pick<CryptoStore, "importRoomKeys">;
  readonly backupVersion: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Whenever there is more in the spool. */
  readonly spooled: Changes;
}

/** @throws KeyBackupSyncError `import-failed` if the crypto store takes none of a batch; what `nextBatch` throws; the abort's reason */
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

class BatchImport {
  readonly size = new BatchSize();
  readonly #options: Pick<ImportOptions, "cryptoStore" | "backupVersion">;
  #calls = 0;

  constructor(options: Pick<ImportOptions, "cryptoStore" | "backupVersion">) {
    this.#options = options;
  }

  async settle({ roomKeys, failures, end }: Batch): Promise<SettledBatch> {
    const started = performance.now();
    let rejected = 0;
    for (let at = 0; at < roomKeys.length; ) {
      const some = roomKeys.slice(at, at + this.size.atOnce);
      await nextTask();
      rejected += await this.#importMeasured(some);
      at += some.length;
    }
    if (roomKeys.length > 0) this.size.took(roomKeys.length, performance.now() - started);
    return {
      imported: roomKeys.length - rejected,
      failures: { ...failures, rejected: failures.rejected + rejected },
      end,
    };
  }

  async #importMeasured(roomKeys: readonly RoomKey[]): Promise<number> {
    if (this.#calls++ % BETWEEN_SAMPLES !== 0) return this.#importOrSplit(roomKeys);
    let rejected = 0;
    const block = await longestBlockOf(async () => {
      rejected = await this.#importOrSplit(roomKeys);
    });
    this.size.blocked(roomKeys.length, block);
    return rejected;
  }

  /** How many of them the crypto store rejected. When it throws it may be for one key: it is tried by halves, down to that one. */
  async #importOrSplit(roomKeys: readonly RoomKey[]): Promise<number> {
    const { cryptoStore, backupVersion } = this.#options;
    try {
      return (await cryptoStore.importRoomKeys(roomKeys, backupVersion)).rejected;
    } catch (cause) {
      if (roomKeys.length === 1) throw new KeyBackupSyncError("import-failed", { cause });
      return this.#importHalves(roomKeys);
    }
  }

  async #importHalves(roomKeys: readonly RoomKey[]): Promise<number> {
    const middle = Math.ceil(roomKeys.length / 2);
    const halves = [roomKeys.slice(0, middle), roomKeys.slice(middle)];
    let rejected = 0;
    const faults: unknown[] = [];
    for (const half of halves) {
      try {
        rejected += await this.#importOrSplit(half);
      } catch (cause) {
        faults.push(cause);
        rejected += half.length;
      }
    }
    // A store that takes nothing is at fault itself; one that takes the other half has a reason to refuse these.
    if (faults.length === halves.length) throw faults[0];
    return rejected;
  }
}
