/**
 * One function: batches from the worker into the crypto store, one after the other, until the spool's end. A batch is settled only
 * when the crypto store has it. It knows nothing of pausing (that is an abort between two batches) nor of where batches come from.
 */
import { BatchImport } from "./batch-import.js";
import type { Changes } from "./changes.js";
import { EFFORTS } from "./effort.js";
import type { CryptoStore, RoomKey } from "./host.js";
import type { NextBatch, SettledBatch } from "./protocol.js";
import type { Intensity, Progress } from "./state.js";

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
  /** Called before `import-failed`: so many room keys are in the crypto store, though no progress counts them. */
  readonly onTaken?: (count: number) => void;
  /** Whenever there is more in the spool, or no more to come. */
  readonly spooled: Changes;
  readonly isMoreToCome: () => boolean;
}

/**
 * @throws KeyBackupSyncError `import-failed` if the crypto store takes none of thousands in a row, or throws for the last ones, which nothing follows
 *   that would show whether it still takes others: they stay in the spool; what `nextBatch` throws; the abort's reason
 */
export async function importRoomKeys(options: ImportOptions): Promise<void> {
  const { cryptoStore, backupVersion, intensity, rest } = options;
  const batches = new BatchImport({
    importAll: (roomKeys) => cryptoStore.importRoomKeys(roomKeys, backupVersion),
    effort: () => EFFORTS[intensity()],
    rest,
  });
  let settled: SettledBatch | null = null;
  for (;;) {
    // Before it is answered: what comes meanwhile is no part of the answer.
    const [spooled, isMore] = [options.spooled.count, options.isMoreToCome()];
    const next = await options.nextBatch(batches.size.batch, settled);
    settled = null;
    options.onProgress(next.progress);
    if (next.kind === "end" || (next.kind === "caught-up" && !isMore)) return;
    options.signal.throwIfAborted();
    if (next.kind === "caught-up") await options.spooled.moreThan(spooled, options.signal);
    else settled = await settle(batches, next.batch.roomKeys, options);
  }
}

async function settle(batches: BatchImport, roomKeys: readonly RoomKey[], { onTaken }: ImportOptions) {
  try {
    return await batches.settle(roomKeys);
  } catch (cause) {
    onTaken?.(batches.unsettledTaken);
    throw cause;
  }
}
