/** Reads one segment of the spool through the parser, session by session, and knows the cursor behind the last one it gave. */
import type { Cursor } from "../protocol.js";
import { LostChunkError } from "./chunks.js";
import { type BackedUpSession, KeyBackupParser } from "./key-backup-parser.js";
import type { Spool } from "./spool.js";

export class SegmentReader {
  readonly #spool: Pick<Spool, "readChunk">;
  readonly #backupId: string;
  readonly #parser: KeyBackupParser;
  #cursor: Cursor;
  /** Of the bytes that the parser has now: their chunk, and where in it they begin. */
  #chunk: number;
  #begin: number;
  #length = 0;
  #sessions: Iterator<BackedUpSession, void, undefined> | null = null;
  #isBroken = false;
  #isLost = false;

  /** @param withValues false: only ids are wanted */
  constructor(spool: Pick<Spool, "readChunk">, backupId: string, cursor: Cursor, withValues = true) {
    this.#spool = spool;
    this.#backupId = backupId;
    this.#cursor = cursor;
    this.#chunk = cursor.chunk;
    this.#begin = cursor.offset;
    this.#parser = new KeyBackupParser(cursor.inside, withValues);
  }

  /** Behind the last session given. */
  get cursor(): Cursor {
    return this.#cursor;
  }

  /** The JSON has come to its end. */
  get isAtEnd(): boolean {
    return this.#parser.ended;
  }

  /** What follows is not the JSON of a key backup. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** What follows was spooled, and is gone. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** The next session; `null` where the spooled bytes, for now, or the JSON come to an end. */
  async next(): Promise<BackedUpSession | null> {
    for (;;) {
      const session = this.#parseOn();
      if (session) return session;
      if (this.#isBroken || !(await this.#readOn())) return null;
    }
  }

  #parseOn(): BackedUpSession | null {
    try {
      const next = this.#sessions?.next();
      if (!next || next.done) return null;
      this.#cursor = {
        segment: this.#cursor.segment,
        chunk: this.#chunk,
        offset: this.#begin + this.#parser.offset,
        inside: this.#parser.place,
      };
      return next.value;
    } catch {
      this.#isBroken = true;
      return null;
    }
  }

  /** Gives the parser what is spooled behind what it had: the rest of the chunk, then chunk by chunk. */
  async #readOn(): Promise<boolean> {
    const begin = this.#begin + this.#length;
    const rest = await this.#read(this.#chunk, begin);
    if (rest?.length !== 0) return this.#take(rest, this.#chunk, begin);
    return this.#take(await this.#read(this.#chunk + 1, 0), this.#chunk + 1, 0);
  }

  #take(bytes: Uint8Array | null, chunk: number, begin: number): boolean {
    if (!bytes || bytes.length === 0) return false;
    this.#chunk = chunk;
    this.#begin = begin;
    this.#length = bytes.length;
    this.#sessions = this.#parser.parse(bytes);
    return true;
  }

  /** `null` as long as it is not counted, and where it is lost. */
  async #read(chunk: number, from: number): Promise<Uint8Array | null> {
    try {
      return await this.#spool.readChunk({ backupId: this.#backupId, segment: this.#cursor.segment, chunk }, from);
    } catch (cause) {
      if (!(cause instanceof LostChunkError)) throw cause;
      this.#isLost = true;
      return null;
    }
  }
}
