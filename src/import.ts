/**
 * One function: batches from the worker into the crypto store, one after the other, until the spool's end. A batch is settled only
 * when the crypto store has it. It knows nothing of pausing (that is an abort between two batches) nor of where batches come from.
 */
import { BatchSize } from "./batch-size.js";
import { KeyBackupSyncError } from "./errors.js";
import type { CryptoStore, RoomKey } from "./host.js";
import { nextTask } from "./next-task.js";
import type { Batch, NextBatch, SettledBatch } from "./protocol.js";
import type { Progress } from "./state.js";

export interface ImportOptions {
  readonly nextBatch: (limit: number, settled: SettledBatch | null) => Promise<NextBatch>;
  readonly cryptoStore: CryptoStore;
  readonly backupVersion: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Resolves when more is spooled than there was when it was asked last. */
  readonly moreSpooled: () => Promise<void>;
}

/** @throws KeyBackupSyncError `import-failed` if the crypto store takes none of a batch; what `nextBatch` throws; the abort's reason */
export async function importRoomKeys(options: ImportOptions): Promise<void> {
  const size = new BatchSize();
  let settled: SettledBatch | null = null;
  for (;;) {
    const more = options.moreSpooled();
    const next = await options.nextBatch(size.keys, settled);
    settled = null;
    options.onProgress(next.progress);
    if (next.kind === "end") return;
    options.signal.throwIfAborted();
    if (next.kind === "caught-up") await more;
    else settled = await settleBatch(next.batch, options, size);
  }
}

async function settleBatch(batch: Batch, options: ImportOptions, size: BatchSize): Promise<SettledBatch> {
  await nextTask();
  const started = performance.now();
  const rejected = await importOrSplit(batch.roomKeys, options);
  size.took(batch.roomKeys.length, performance.now() - started);
  const failures = { ...batch.failures, rejected: batch.failures.rejected + rejected };
  return { imported: batch.roomKeys.length - rejected, failures, end: batch.end };
}

/** How many of them the crypto store rejected. When it throws it may be for one key: it is tried by halves, down to that one. */
async function importOrSplit(roomKeys: readonly RoomKey[], options: ImportOptions): Promise<number> {
  if (roomKeys.length === 0) return 0;
  try {
    return (await options.cryptoStore.importRoomKeys(roomKeys, options.backupVersion)).rejected;
  } catch (cause) {
    if (roomKeys.length === 1) throw new KeyBackupSyncError("import-failed", { cause });
    return importHalves(roomKeys, options);
  }
}

async function importHalves(roomKeys: readonly RoomKey[], options: ImportOptions): Promise<number> {
  const middle = Math.ceil(roomKeys.length / 2);
  const halves = [roomKeys.slice(0, middle), roomKeys.slice(middle)];
  let rejected = 0;
  const faults: unknown[] = [];
  for (const half of halves) {
    try {
      rejected += await importOrSplit(half, options);
    } catch (cause) {
      faults.push(cause);
      rejected += half.length;
    }
  }
  // A store that takes nothing is at fault itself; one that takes the other half has a reason to refuse these.
  if (faults.length === halves.length) throw faults[0];
  return rejected;
}
