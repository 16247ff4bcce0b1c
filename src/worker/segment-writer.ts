/**
 * The answer to "all room keys" into a segment of the spool. An answer that was cut off comes again from its start, since the endpoint
 * has no range: as long as its bytes are the ones that are there, nothing is written and nothing will be imported again. Where they
 * differ, the new answer gets a segment of its own, and the old one stays until it is imported.
 */
import type { BackupInfo } from "../state.js";
import type { BackupRow } from "./backup-row.js";
import { ChunkWriter } from "./chunk-writer.js";
import { RoomKeyCounter } from "./room-key-counter.js";
import type { Spool } from "./spool.js";
import { StoredAnswer } from "./stored-answer.js";

export interface SegmentOptions {
  readonly spool: Spool;
  readonly backupId: string;
  readonly backup: BackupInfo;
  /** There is no room for it on the device. */
  readonly inMemory: boolean;
  /** Called when the answer begins, and whenever more of it is safe. */
  readonly onSpooled: (row: BackupRow) => void;
  readonly signal: AbortSignal;
}

export class SegmentWriter {
  readonly #options: SegmentOptions;
  readonly #counter = new RoomKeyCounter();
  readonly #row: BackupRow;
  #segment: number;
  /** As long as the answer says what is there. */
  #stored: StoredAnswer | null;
  #chunks: ChunkWriter;
  #begun = false;

  private constructor(options: SegmentOptions, row: BackupRow) {
    this.#options = options;
    this.#row = row;
    this.#segment = row.segments.length - 1;
    const chunks = row.segments[this.#segment]?.lengths.length ?? 0;
    const { spool, backupId } = options;
    this.#stored = chunks > 0 ? new StoredAnswer(spool, backupId, this.#segment, chunks) : null;
    this.#chunks = this.#chunksFrom(chunks);
  }

  /** Goes on with the answer that was cut off, or begins a new one. */
  static async open(options: SegmentOptions): Promise<SegmentWriter> {
    const { spool, backupId, inMemory } = options;
    const row = await spool.getBackup(backupId);
    const goesOn = row !== null && !inMemory && isCutOff(row);
    return new SegmentWriter(options, goesOn ? row : await addSegment(options));
  }

  async write(piece: Uint8Array): Promise<void> {
    if (!this.#begun) this.#options.onSpooled(this.#row);
    this.#begun = true;
    const news = this.#stored ? await this.#behindStored(piece, this.#stored) : piece;
    await this.#chunks.write(news);
  }

  /** Resolves when all that was written is safe. */
  makeSafe(): Promise<void> {
    return this.#chunks.makeSafe();
  }

  /** The answer has come to its end: with it, all of the backup is safe. */
  async end(): Promise<BackupRow> {
    await this.makeSafe();
    const { spool, backupId, backup } = this.#options;
    return spool.markWhole(backupId, backup, this.#segment, true);
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

  /** The same bytes again, then the others. They were counted when they passed. */
  async #beginAnew(stored: StoredAnswer): Promise<void> {
    const { segments } = await addSegment(this.#options);
    this.#segment = segments.length - 1;
    const copy = this.#chunksFrom(0, { count: () => 0 });
    for await (const bytes of stored.passed()) await copy.write(bytes);
    await copy.makeSafe();
    this.#chunks = this.#chunksFrom(copy.nextChunk);
  }

  #chunksFrom(chunk: number, counter: { count(bytes: Uint8Array): number } = this.#counter): ChunkWriter {
    const { spool, backupId, onSpooled, signal } = this.#options;
    const key = { backupId, segment: this.#segment, chunk };
    return new ChunkWriter(key, { spool, counter, onSpooled, signal });
  }
}

function addSegment({ spool, backupId, backup, inMemory }: SegmentOptions): Promise<BackupRow> {
  return spool.addSegment(backupId, backup, { of: "backup", inMemory });
}

/** Its bytes are there, to be compared, and nobody has gone past them. */
function isCutOff({ segments }: BackupRow): boolean {
  const last = segments.at(-1);
  return last?.of === "backup" && last.place !== "memory" && !last.whole && !last.settled;
}
