/**
 * One function: the homeserver's bytes into the spool, as they come, until the backup is whole. It touches bytes only: parsing what
 * is downloaded made "safe" ten times later. An answer that was cut off is asked for again from the start, since the endpoint has no
 * range; what is there already is compared, not written, and not imported again.
 */
import { KeyBackupSyncError } from "../errors.js";
import type { BackupInfo } from "../state.js";
import { RoomKeyCounter } from "./room-key-counter.js";
import { SegmentWriter } from "./segment-writer.js";
import type { BackupRow, Spool } from "./spool.js";

const CHUNK_BYTES = 1024 * 1024;
/** On a slow line a chunk takes long: what there is of it is made safe this often, in milliseconds. */
const FLUSH_INTERVAL = 1000;
/** Chunks on their way into the database while the next bytes come in. */
const MOST_WRITES = 4;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const WHITE_SPACE = [0x20, 0x0a, 0x0d, 0x09];

export interface DownloadOptions {
  readonly spool: Spool;
  readonly backup: BackupInfo;
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly onSpooled: (row: BackupRow) => void;
}

/**
 * @throws what `pieces` throws, once all that came before it is safe; `homeserver-unreachable` likewise if the answer just ends
 *   where no JSON object can (WebKit takes a closed connection for the end); `malformed-response` if it is no JSON object, of which
 *   nothing is kept
 */
export async function download({ spool, backup, pieces, onSpooled }: DownloadOptions): Promise<BackupRow> {
  const chunks = new ChunkBuffer(await SegmentWriter.open(spool, backup), onSpooled);
  try {
    for await (const piece of pieces) await chunks.write(piece);
    return await chunks.end();
  } catch (cause) {
    await chunks.makeSafe();
    throw cause;
  }
}

/** Gathers pieces to chunks of one size, so that the chunks of a repeated answer compare with those of the first. */
class ChunkBuffer {
  readonly #writer: SegmentWriter;
  readonly #onSpooled: (row: BackupRow) => void;
  readonly #counter = new RoomKeyCounter();
  readonly #buffer = new Uint8Array(CHUNK_BYTES);
  #filled = 0;
  #counted = 0;
  #flushed = 0;
  #chunk = 0;
  #lastFlush = performance.now();
  #begun = false;
  #last = OPEN_BRACE;
  /** In their order. */
  readonly #writes: Promise<void>[] = [];

  constructor(writer: SegmentWriter, onSpooled: (row: BackupRow) => void) {
    this.#writer = writer;
    this.#onSpooled = onSpooled;
  }

  async write(piece: Uint8Array): Promise<void> {
    this.#look(piece);
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + CHUNK_BYTES - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === CHUNK_BYTES) await this.#endChunk();
    }
    if (performance.now() - this.#lastFlush > FLUSH_INTERVAL) await this.#flush();
  }

  /** Resolves when all that was written is safe. */
  async makeSafe(): Promise<void> {
    await this.#flush();
    await Promise.all(this.#writes);
  }

  async end(): Promise<BackupRow> {
    if (!this.#begun) throw new KeyBackupSyncError("malformed-response");
    if (this.#last !== CLOSE_BRACE) throw new KeyBackupSyncError("homeserver-unreachable");
    await this.makeSafe();
    return this.#writer.end();
  }

  async #endChunk(): Promise<void> {
    await this.#flush();
    this.#chunk++;
    this.#filled = this.#counted = this.#flushed = 0;
  }

  /** Sends what there is of the present chunk on its way. */
  async #flush(): Promise<void> {
    this.#lastFlush = performance.now();
    if (this.#filled === this.#flushed) return;
    const keys = this.#counter.count(this.#buffer.subarray(this.#counted, this.#filled));
    this.#counted = this.#flushed = this.#filled;
    if (this.#writer.compares(this.#chunk)) await Promise.all(this.#writes);
    const write = this.#put(this.#chunk, this.#buffer.slice(0, this.#filled), keys);
    // Whoever waits for it hears of its failure; until then nobody may be waiting.
    write.catch(() => {});
    this.#writes.push(write);
    if (this.#writes.length > MOST_WRITES || this.#writer.compares(this.#chunk)) await this.#writes.shift();
  }

  async #put(chunk: number, bytes: Uint8Array, keys: number): Promise<void> {
    const row = await this.#writer.put(chunk, bytes, keys);
    if (row) this.#onSpooled(row);
  }

  /** An error page or the like is told from a backup by its first character, before any of it is kept. */
  #look(piece: Uint8Array): void {
    const last = piece.findLast(isVisible);
    if (last === undefined) return;
    this.#last = last;
    if (!this.#begun && piece.find(isVisible) !== OPEN_BRACE) throw new KeyBackupSyncError("malformed-response");
    this.#begun = true;
  }
}

function isVisible(byte: number): boolean {
  return !WHITE_SPACE.includes(byte);
}
