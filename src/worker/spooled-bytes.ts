/** The bytes that are spooled, for a rescue copy. What is not there any more leaves a gap; what goes while they are read is a fault. */
import { KeyBackupSyncError } from "../errors.js";
import type { RescueCopyEnd } from "../protocol.js";
import { type BackupRow, isSpent, type Segment } from "./backup-row.js";
import { LostChunkError } from "./chunks.js";
import type { SegmentPiece } from "./rescue/archive.js";
import type { Spool } from "./spool.js";

export class SpooledBytes {
  readonly #spool: Pick<Spool, "getBackup" | "readAll">;
  #hasGaps = false;
  #hasBytes = false;

  constructor(spool: Pick<Spool, "getBackup" | "readAll">) {
    this.#spool = spool;
  }

  /** All that was wanted was read. @throws LostChunkError if none of it is there any more */
  end(): RescueCopyEnd {
    if (this.#hasGaps && !this.#hasBytes) throw new LostChunkError();
    return { hasGaps: this.#hasGaps };
  }

  /**
   * Of a segment with a gap, what comes before that. The rest of it could not be told from the beginning of another one.
   * @throws KeyBackupSyncError `rescue-copy-overtaken`
   */
  async *of(row: BackupRow): AsyncGenerator<SegmentPiece, void, undefined> {
    for (const [at, segment] of row.segments.entries()) {
      try {
        for await (const bytes of this.#bytesOf(row, at, segment)) {
          this.#hasBytes = true;
          yield { segment: at, bytes };
        }
      } catch (cause) {
        if (!(cause instanceof LostChunkError)) throw cause;
        if (await this.#isOvertaken(row, at)) throw new KeyBackupSyncError("rescue-copy-overtaken", { cause });
        this.#hasGaps = true;
      }
    }
  }

  async *#bytesOf({ backup: { version } }: BackupRow, segment: number, { chunks, place, settled }: Segment) {
    // Its bytes went as they were imported.
    if (place === "memory" && settled && chunks > 0) throw new LostChunkError();
    for (let chunk = 0; chunk < chunks; chunk++) yield* this.#spool.readAll({ version, segment, chunk });
  }

  /** It was imported, or deleted, since the copy was begun: there is another one to be made, or nothing to be lost. */
  async #isOvertaken({ backup: { version }, pass, segments }: BackupRow, segment: number): Promise<boolean> {
    const now = await this.#spool.getBackup(version);
    if (!now || now.pass !== pass || isSpent(now)) return true;
    return (now.segments[segment]?.chunks ?? 0) < (segments[segment]?.chunks ?? 0);
  }
}
