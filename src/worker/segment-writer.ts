/**
 * Writes the chunks of one answer into a segment of the spool, or finds that they are there: an answer that was cut off comes again
 * from its start. As long as the bytes are the same, nothing is written; where they differ, the new answer gets a segment of its own
 * and the old one stays until it is imported.
 */
import type { BackupInfo } from "../state.js";
import type { BackupRow, Spool } from "./spool.js";

export class SegmentWriter {
  readonly #spool: Spool;
  readonly #backup: BackupInfo;
  #segment: number;
  /** Chunks that the cut-off answer left and that are not compared yet. */
  #toCompare: number;

  private constructor(spool: Spool, backup: BackupInfo, { segments }: BackupRow) {
    this.#spool = spool;
    this.#backup = backup;
    this.#segment = segments.length - 1;
    this.#toCompare = segments.at(-1)?.chunks ?? 0;
  }

  /** Goes on with the answer that was cut off, or begins a new one. */
  static async open(spool: Spool, backup: BackupInfo): Promise<SegmentWriter> {
    const row = await spool.getBackup(backup.version);
    const isCutOff = row?.segments.at(-1)?.whole === false;
    return new SegmentWriter(spool, backup, isCutOff ? row : await spool.addSegment(backup.version, backup));
  }

  /** A chunk must be compared before the next one is put: the two may have to go elsewhere. */
  compares(chunk: number): boolean {
    return chunk < this.#toCompare;
  }

  /**
   * Makes sure that this chunk, of which more may follow, is in the spool.
   * @param keys room keys in the answer so far
   * @returns the row if that changed anything
   */
  async put(chunk: number, bytes: Uint8Array, keys: number): Promise<BackupRow | null> {
    const stored = this.compares(chunk) ? await this.#stored(chunk) : null;
    if (stored && startsWith(stored, bytes)) return null;
    if (stored && !startsWith(bytes, stored)) await this.#beginAnew(chunk);
    return this.#spool.putChunk(this.#backup.version, { segment: this.#segment, chunk }, bytes, keys);
  }

  /** The answer has come to its end. */
  end(): Promise<BackupRow> {
    return this.#spool.markWhole(this.#backup.version, this.#backup, this.#segment);
  }

  async #beginAnew(chunk: number): Promise<void> {
    const { segments } = await this.#spool.addSegment(this.#backup.version, this.#backup);
    const old = this.#segment;
    this.#segment = segments.length - 1;
    this.#toCompare = 0;
    for (let same = 0; same < chunk; same++) {
      const bytes = await this.#spool.getChunk(this.#backup.version, old, same);
      if (bytes) await this.#spool.putChunk(this.#backup.version, { segment: this.#segment, chunk: same }, bytes, 0);
    }
  }

  #stored(chunk: number): Promise<Uint8Array | null> {
    return this.#spool.getChunk(this.#backup.version, this.#segment, chunk);
  }
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  if (start.length > bytes.length) return false;
  for (let at = 0; at < start.length; at++) if (bytes[at] !== start[at]) return false;
  return true;
}
