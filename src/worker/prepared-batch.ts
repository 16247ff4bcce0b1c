/** A batch that is handed out, and what the spool has to remember of it: which is known once the page tells what became of it. */
import type { Batch } from "../protocol.js";
import type { BatchCounts } from "./backup-row.js";
import type { LedgerEntry } from "./known-keys.js";

/** A room key of a batch. */
export interface OpenedKey {
  /** The place of its entry among all of the batch: as if it were imported. */
  readonly at: number;
  /** What there is of it when the crypto store rejects it. */
  readonly otherwise: LedgerEntry;
  /** A worse version of it is imported, and counted. */
  readonly isCounted: boolean;
}

/** What a batch adds to the ledger, and to the counts. */
export interface BatchOutcome {
  readonly counts: Pick<BatchCounts, "imported" | "failures" | "end">;
  readonly entries: readonly LedgerEntry[];
  /** Those among them that are not as they were at first. */
  readonly corrected: readonly LedgerEntry[];
}

export class PreparedBatch {
  readonly batch: Batch;
  /** As if every room key of it were imported. */
  readonly entries: readonly LedgerEntry[];
  readonly #opened: readonly OpenedKey[];

  /** @param opened one for each room key of the batch */
  constructor(batch: Batch, entries: readonly LedgerEntry[], opened: readonly OpenedKey[]) {
    this.batch = batch;
    this.entries = entries;
    this.#opened = opened;
  }

  /** @param rejected by their places among the room keys of the batch */
  settle(rejected: ReadonlySet<number>): BatchOutcome {
    const { failures, end } = this.batch;
    const isNew = ({ isCounted }: OpenedKey) => !isCounted;
    const dropped = this.#opened.filter((_key, index) => rejected.has(index));
    const imported = this.#opened.filter((key, index) => isNew(key) && !rejected.has(index)).length;
    const counts = {
      imported,
      failures: { ...failures, rejected: failures.rejected + dropped.filter(isNew).length },
      end,
    };
    const entries = [...this.entries];
    for (const { at, otherwise } of dropped) entries[at] = otherwise;
    return { counts, entries, corrected: dropped.map(({ otherwise }) => otherwise) };
  }
}
