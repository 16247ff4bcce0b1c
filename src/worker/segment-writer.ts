/**
 * One answer of the homeserver into a segment of the spool. An answer that was cut off comes again from its start, since the endpoint
 * has no range: as long as its bytes are the ones that are there, nothing is written and nothing will be imported again. Where they
 * differ, the new answer gets a segment of its own, and the old one stays until it is imported.
 */
import type { BackupInfo } from "../state.js";
import { ChunkWriter } from "./chunk-writer.js";
import { RoomKeyCounter } from "./room-key-counter.js";
import type { BackupRow, Spool } from "./spool.js";
import { StoredAnswer } from "./stored-answer.js";

export class SegmentWriter {
  readonly #spool: Spool;
  readonly #backup: BackupInfo;
  readonly #onSpooled: (row: BackupRow) => void;
  readonly #counter = new RoomKeyCounter();
  readonly #row: BackupRow;
  #segment: number;
  /** As long as the answer says what is there. */
  #stored: StoredAnswer | null;
  #chunks: ChunkWriter;
  #begun = false;

  private constructor(spool: Spool, backup: BackupInfo, row: BackupRow, onSpooled: (row: BackupRow) => void) {
    this.#spool = spool;
    this.#backup = backup;
    this.#onSpooled = onSpooled;
    this.#row = row;
    this.#segment = row.segments.length - 1;
    const chunks = row.segments[this.#segment]?.chunks ?? 0;
    this.#stored = chunks > 0 ? new StoredAnswer(spool, backup.version, this.#segment, chunks) : null;
    this.#chunks = this.#chunksFrom(chunks);
  }

  /** Goes on with the answer that was cut off, or begins a new one. */
  static async open(spool: Spool, backup: BackupInfo, onSpooled: (row: BackupRow) => void): Promise<SegmentWriter> {
    const row = await spool.getBackup(backup.version);
    const isCutOff = row?.segments.at(-1)?.whole === false;
    return new SegmentWriter(spool, backup, isCutOff ? row : await spool.addSegment(backup.version, backup), onSpooled);
  }

  async write(piece: Uint8Array): Promise<void> {
    if (!this.#begun) this.#onSpooled(this.#row);
    this.#begun = true;
    const news = this.#stored ? await this.#behindStored(piece, this.#stored) : piece;
    await this.#chunks.write(news);
  }

  /** Resolves when all that was written is safe. */
  makeSafe(): Promise<void> {
    return this.#chunks.makeSafe();
  }

  /** The answer has come to its end. */
  async end(): Promise<BackupRow> {
    await this.makeSafe();
    return this.#spool.markWhole(this.#backup.version, this.#backup, this.#segment);
  }

  /** What of the piece is not there yet. */
  async #behindStored(piece: Uint8Array, stored: StoredAnswer): Promise<Uint8Array> {
    const same = await stored.pass(piece);
    this.#counter.count(piece.subarray(0, same));
    if (same === piece.length) return piece.subarray(same);
    if (!stored.isAtEnd) await this.#beginAnew(stored);
    this.#stored = null;
    return piece.subarray(same);
  }

  async #beginAnew(stored: StoredAnswer): Promise<void> {
    const { version } = this.#backup;
    const { segments } = await this.#spool.addSegment(version, this.#backup);
    this.#segment = segments.length - 1;
    let chunk = 0;
    for await (const bytes of stored.passed()) {
      await this.#spool.putChunk(version, { segment: this.#segment, chunk: chunk++ }, bytes, 0);
    }
    this.#chunks = this.#chunksFrom(chunk);
  }

  #chunksFrom(chunk: number): ChunkWriter {
    const place = { version: this.#backup.version, segment: this.#segment, chunk };
    return new ChunkWriter(this.#spool, place, this.#counter, this.#onSpooled);
  }
}
