/**
 * The spool, from its cursor on, as batches of decrypted room keys. It parses and decrypts one batch ahead; what becomes of a batch it
 * does not know until it is told.
 */
import { KeyBackupSyncError } from "../errors.js";
import { nextTask } from "../next-task.js";
import type { NextBatch, SettledBatch } from "../protocol.js";
import { type BackupRow, progressOf, type SegmentEnd } from "./backup-row.js";
import { BatchBuilder, type PreparedBatch } from "./batch-builder.js";
import type { Decryptor } from "./decryptor.js";
import { KnownKeys } from "./known-keys.js";
import { SegmentReader } from "./segment-reader.js";
import type { Spool } from "./spool.js";

export class Batches {
  readonly #spool: Spool;
  readonly #version: string;
  readonly #decryptor: Decryptor;
  readonly #pass: number;
  #reader: SegmentReader;
  /** `null` as long as no key can come twice: in the first segment of the first pass. */
  #known: KnownKeys | null;
  #given: PreparedBatch | null = null;
  #ahead: Promise<PreparedBatch | null> | null = null;

  private constructor(spool: Spool, row: BackupRow, decryptor: Decryptor, known: KnownKeys | null) {
    this.#spool = spool;
    this.#version = row.backup.version;
    this.#pass = row.pass;
    this.#decryptor = decryptor;
    this.#known = known;
    this.#reader = new SegmentReader(spool, this.#version, row.cursor);
  }

  static async open(spool: Spool, row: BackupRow, decryptor: Decryptor): Promise<Batches> {
    return new Batches(spool, row, decryptor, canComeTwice(row) ? await knownKeys(spool, row) : null);
  }

  /**
   * @param limit most room keys of a batch
   * @throws KeyBackupSyncError once all before that is settled: `malformed-response` where the backup is no JSON,
   *   `homeserver-unreachable` where it broke off
   */
  async next(limit: number, settled: SettledBatch | null): Promise<NextBatch> {
    const ahead = this.#ahead ?? this.#prepare(limit);
    this.#ahead = null;
    const [after, prepared] = await Promise.all([settled ? this.#settle(settled) : this.#row(), ahead]);
    if (prepared) return this.#give(prepared, limit, after);
    // Some may have come since it was looked for. What there is by this row is seen by a look that begins now.
    const row = await this.#row();
    const last = await this.#prepare(limit);
    return last ? this.#give(last, limit, row) : this.#atEnd(limit, row);
  }

  #give(prepared: PreparedBatch, limit: number, row: BackupRow): NextBatch {
    this.#given = prepared;
    this.#ahead = this.#prepareLater(limit);
    return { kind: "batch", batch: prepared.batch, progress: progressOf(row) };
  }

  #settle(settled: SettledBatch): Promise<BackupRow> {
    const { page = null, again = 0 } = this.#given ?? {};
    const imported = Math.max(0, settled.imported - again);
    return this.#spool.settleBatch(this.#version, { ...settled, imported }, page);
  }

  /** A batch ahead, begun once the answer with the one before is on its way. */
  #prepareLater(limit: number): Promise<PreparedBatch | null> {
    const ahead = nextTask().then(() => this.#prepare(limit));
    ahead.catch(() => {});
    return ahead;
  }

  async #prepare(limit: number): Promise<PreparedBatch | null> {
    const builder = new BatchBuilder(this.#decryptor, this.#known, this.#pass);
    while (!builder.isFull(limit)) {
      const session = await this.#reader.next();
      if (!session) break;
      builder.take(session);
    }
    return builder.isEmpty ? null : builder.end(this.#reader.cursor);
  }

  /** All that is spooled by this row is settled: is that all there will be? */
  async #atEnd(limit: number, row: BackupRow): Promise<NextBatch> {
    const { segment } = this.#reader.cursor;
    const isLast = segment >= row.segments.length - 1;
    const end = this.#segmentEnd;
    // There is more to come: behind this, or in another answer.
    const isStopped = this.#reader.isBroken || end === "lost";
    const isAll = row.whole || row.replaced;
    if (isLast && !isAll && (!isStopped || row.segments[segment]?.settled)) return caughtUp(row);
    const after = await this.#spool.settleSegment(this.#version, segment, end);
    if (!row.replaced && (end === "lost" || (isLast && end === "cut"))) throw this.#fault();
    if (isLast) return { kind: "end", progress: progressOf(after) };
    this.#known ??= await knownKeys(this.#spool, after);
    this.#reader = new SegmentReader(this.#spool, this.#version, after.cursor);
    return this.next(limit, null);
  }

  get #segmentEnd(): SegmentEnd {
    if (this.#reader.isLost) return "lost";
    return this.#reader.isAtEnd ? "ended" : "cut";
  }

  #fault(): KeyBackupSyncError {
    return new KeyBackupSyncError(this.#reader.isBroken ? "malformed-response" : "homeserver-unreachable");
  }

  async #row(): Promise<BackupRow> {
    const row = await this.#spool.getBackup(this.#version);
    if (!row) throw new KeyBackupSyncError("backup-replaced");
    return row;
  }
}

/** Only in the first segment of the first pass none does. */
function canComeTwice({ pages, pass, cursor }: BackupRow): boolean {
  const isAtBeginning = cursor.chunk === 0 && cursor.offset === 0;
  return pages > 0 && (pass > 1 || cursor.segment > 0 || isAtBeginning);
}

function caughtUp(row: BackupRow): NextBatch {
  return { kind: "caught-up", progress: progressOf(row) };
}

async function knownKeys(spool: Spool, row: BackupRow): Promise<KnownKeys> {
  const known = new KnownKeys();
  for await (const page of spool.ledger(row)) known.addPage(page);
  return known;
}
