/**
 * Answers of single rooms, joined to one segment in the shape of a whole backup, so that whoever reads it need not know. What is no
 * room's answer is left out; where that shows only in the midst of a long one, the segment ends there, and another begins.
 */
import type { BackupRow } from "./backup-row.js";
import { ChunkWriter } from "./chunk-writer.js";
import { RoomAnswer } from "./room-answer.js";
import type { SegmentOptions } from "./segment-writer.js";
import type { SpooledRooms } from "./spooled-rooms.js";

const encoder = new TextEncoder();

/** The beginning of an answer, and what follows if that was not all. */
export interface AnswerInParts {
  readonly head: readonly Uint8Array[];
  readonly rest: AsyncIterable<Uint8Array> | null;
}

export class RoomSegmentWriter {
  readonly #options: SegmentOptions;
  readonly #rooms: SpooledRooms;
  #segment = -1;
  #chunks: ChunkWriter | null = null;
  #separator = '{"rooms":{';
  #safe: number;

  constructor(options: SegmentOptions, rooms: SpooledRooms) {
    this.#options = options;
    this.#rooms = rooms;
    this.#safe = rooms.keys;
  }

  /** @throws what `rest` throws; the segment ends there */
  async add(roomId: string, { head, rest }: AnswerInParts): Promise<void> {
    const answer = new RoomAnswer();
    if (!takesAll(answer, head) || (!rest && !answer.end())) return;
    const chunks = await this.#begunSegment();
    await chunks.write(encoder.encode(`${this.#separator}${JSON.stringify(roomId)}:`));
    this.#separator = ",";
    for (const piece of head) await chunks.write(piece);
    if (rest && !(await this.#addRest(answer, rest, chunks))) return this.#leaveSegment();
    this.#rooms.add(roomId, answer.keys);
    this.#safe = this.#rooms.keys;
  }

  /** Resolves when all that was written is safe. */
  async makeSafe(): Promise<void> {
    await this.#chunks?.makeSafe();
  }

  /** There are no more rooms. Returns the row as it is then, `null` if nothing was written. */
  async end(isAll: boolean): Promise<BackupRow | null> {
    if (!this.#chunks) return null;
    const { spool, backupId, backup } = this.#options;
    await this.#chunks.write(encoder.encode("}}"));
    await this.makeSafe();
    return spool.markWhole(backupId, backup, this.#segment, isAll);
  }

  async #addRest(answer: RoomAnswer, rest: AsyncIterable<Uint8Array>, chunks: ChunkWriter): Promise<boolean> {
    for await (const piece of rest) {
      if (!takesAll(answer, [piece])) return false;
      await chunks.write(piece);
    }
    return answer.end();
  }

  async #begunSegment(): Promise<ChunkWriter> {
    if (this.#chunks) return this.#chunks;
    const { spool, backupId, backup, inMemory, onSpooled, signal } = this.#options;
    const { segments } = await spool.addSegment(backupId, backup, { of: "rooms", inMemory });
    this.#segment = segments.length - 1;
    const key = { backupId, segment: this.#segment, chunk: 0 };
    const counter = { count: () => this.#safe };
    this.#chunks = new ChunkWriter(key, { spool, counter, onSpooled, signal });
    return this.#chunks;
  }

  async #leaveSegment(): Promise<void> {
    await this.makeSafe();
    this.#chunks = null;
    this.#separator = '{"rooms":{';
  }
}

function takesAll(answer: RoomAnswer, pieces: readonly Uint8Array[]): boolean {
  try {
    for (const piece of pieces) answer.take(piece);
    return true;
  } catch {
    return false;
  }
}
