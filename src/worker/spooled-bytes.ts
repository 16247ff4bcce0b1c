/** The bytes that are spooled, for a rescue copy. What is not there any more leaves a gap; what goes while they are read is a fault. */
import { KeyBackupSyncError } from "../errors.js";
import type { RescueCopyEnd } from "../protocol.js";
import { type BackupRow, isSpent, type Segment } from "./backup-row.js";
import { LostChunkError } from "./chunks.js";
import type { SegmentPiece } from "./rescue/archive.js";
import type { Spool } from "./spool.js";

export class SpooledBytes {
  readonly #spool: Pick<Spool, "getBackup" | "readAll">;
  /** Why there is one. */
  #gap: KeyBackupSyncError | null = null;
  #hasBytes = false;

  constructor(spool: Pick<Spool, "getBackup" | "readAll">) {
    this.#spool = spool;
  }

  /**
   * All that was wanted was read.
   * @throws KeyBackupSyncError if none of it is there: `storage-unavailable` where it is lost, `nothing-to-save` where it was in memory, of
   *   this tab or another, until it was imported
   */
  end(): RescueCopyEnd {
    if (this.#gap && !this.#hasBytes) throw this.#gap;
    return { hasGaps: this.#gap !== null };
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
        if (isOther(await this.#now(row), row)) throw overtaken();
      } catch (cause) {
        if (!isLoss(cause)) throw cause;
        if (isGone(await this.#now(row), row, at)) throw overtaken(cause);
        // What is lost weighs more than what was only in memory.
        if (segment.place !== "memory") this.#gap = cause;
        else this.#gap ??= new KeyBackupSyncError("nothing-to-save", { cause });
      }
    }
  }

  async *#bytesOf({ backupId }: BackupRow, segment: number, { lengths, place, settled }: Segment) {
    // Its bytes went as they were imported.
    if (place === "memory" && settled && lengths.length > 0) throw new LostChunkError();
    for (const chunk of lengths.keys()) {
      for await (const piece of this.#spool.readAll({ backupId, segment, chunk })) {
        // Where the power failed, a file may have its length, and nothing from somewhere on.
        const blank = piece.indexOf(0);
        if (blank !== 0) yield blank < 0 ? piece : piece.subarray(0, blank);
        if (blank >= 0) throw new LostChunkError();
      }
    }
  }

  #now({ backupId }: BackupRow): Promise<BackupRow | null> {
    return this.#spool.getBackup(backupId);
  }
}

/** In place of the row there is another one, or another pass of it: with chunks of the same names. */
function isOther(now: BackupRow | null, { id, pass }: BackupRow): boolean {
  return now !== null && (now.id !== id || now.pass !== pass);
}

/** The segment was imported, or deleted, since the copy was begun: there is another one to be made, or nothing to be lost. */
function isGone(now: BackupRow | null, row: BackupRow, segment: number): boolean {
  if (!now || isSpent(now) || isOther(now, row)) return true;
  return (now.segments[segment]?.lengths.length ?? 0) < (row.segments[segment]?.lengths.length ?? 0);
}

/** A file that cannot be read is as good as lost to a copy, but not to the import, which can try again. */
function isLoss(cause: unknown): cause is KeyBackupSyncError {
  if (cause instanceof LostChunkError) return true;
  const { cause: deeper } = cause instanceof KeyBackupSyncError ? cause : {};
  return deeper instanceof DOMException && deeper.name === "NotReadableError";
}

function overtaken(cause?: unknown): KeyBackupSyncError {
  return new KeyBackupSyncError("rescue-copy-overtaken", { cause });
}
