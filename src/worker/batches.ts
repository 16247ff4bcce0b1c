/**
 * The spool, from its cursor on, as batches of decrypted room keys. It parses and decrypts one batch ahead; what becomes of a batch it
 * does not know until it is told.
 */
import { KeyBackupSyncError } from "../errors.js";
import type { CryptoStoreContents } from "../host.js";
import { nextTask } from "../next-task.js";
import type { NextBatch, SettledInStore } from "../protocol.js";
import { type BackupRow, beginningOf, isClosed, NO_FAILURES, progressOf, type SegmentEnd } from "./backup-row.js";
import { BatchBuilder } from "./batch-builder.js";
import type { RoomKeyDecryptor } from "./decryptor.js";
import { KnownKeys, pageOf } from "./known-keys.js";
import { PreparedBatch } from "./prepared-batch.js";
import { SegmentReader } from "./segment-reader.js";
import type { Spool } from "./spool.js";

interface Given {
  readonly prepared: PreparedBatch;
  /** Segments that have nothing behind it. */
  readonly ended: { readonly segment: number; readonly end: SegmentEnd }[];
}

export class Batches {
  readonly #spool: Spool;
  readonly #backupId: string;
  readonly #decryptor: RoomKeyDecryptor;
  readonly #pass: number;
  #reader: SegmentReader;
  /** `null` as long as no key can come twice: in the first segment of the first pass. */
  #known: KnownKeys | null;
  /** The row as this import last left it. */
  #left: BackupRow;
  /** What is not settled, in its order. */
  #given: Given[] = [];
  #ahead: Promise<PreparedBatch | null> | null = null;

  private constructor(spool: Spool, row: BackupRow, decryptor: RoomKeyDecryptor, known: KnownKeys | null) {
    this.#spool = spool;
    this.#backupId = row.backupId;
    this.#pass = row.pass;
    this.#decryptor = decryptor;
    this.#known = known;
    this.#left = row;
    this.#reader = new SegmentReader(spool, this.#backupId, row.cursor);
  }

  static async open(spool: Spool, row: BackupRow, decryptor: RoomKeyDecryptor): Promise<Batches> {
    return new Batches(spool, row, decryptor, canComeTwice(row) ? await knownKeys(spool, row) : null);
  }

  /**
   * @param limit most room keys of a batch
   * @param settled what became of all that was given; `null`: it is to be settled later, together with the next
   * @throws KeyBackupSyncError once all before that is settled: `malformed-response` where the backup is no JSON,
   *   `homeserver-unreachable` where it broke off
   */
  async next(limit: number, settled: SettledInStore | null): Promise<NextBatch> {
    const ahead = this.#ahead ?? this.#prepare(limit);
    this.#ahead = null;
    const [after, prepared] = await Promise.all([settled ? this.#settle(settled) : this.#row(), ahead]);
    if (prepared) return this.#give(prepared, limit, after);
    // Some may have come since it was looked for. What there is by this row is seen by a look that begins now.
    const row = await this.#row();
    const last = await this.#prepare(limit);
    return last ? this.#give(last, limit, row) : this.#atEnd(limit, row);
  }

  /** Resolves when nothing of the spool is read any more: what is deleted then is not in use. */
  async ended(): Promise<void> {
    await this.#ahead?.catch(() => {});
  }

  #give(prepared: PreparedBatch, limit: number, row: BackupRow): NextBatch {
    this.#given.push({ prepared, ended: [] });
    this.#ahead = this.#prepareLater(limit);
    return { kind: "batch", batch: prepared.batch, progress: progressOf(row) };
  }

  async #settle({ rejected, store }: SettledInStore): Promise<BackupRow> {
    let row: BackupRow | null = null;
    let before = 0;
    for (const { prepared, ended } of this.#given) {
      const inIt = new Set(rejected.map((index) => index - before));
      row = await this.#settleOne(prepared, inIt, store);
      for (const { segment, end } of ended) row = await this.#settleSegment(segment, end);
      before += prepared.batch.roomKeys.length;
    }
    this.#given = [];
    return row ?? this.#row();
  }

  async #settleOne(
    prepared: PreparedBatch,
    rejected: ReadonlySet<number>,
    store: CryptoStoreContents,
  ): Promise<BackupRow> {
    const { counts, entries, corrected } = prepared.settle(rejected);
    for (const entry of corrected) this.#known?.add(entry);
    this.#left = await this.#spool.settleBatch(this.#backupId, { ...counts, store }, pageOf(entries), this.#left);
    return this.#left;
  }

  async #settleSegment(segment: number, end: SegmentEnd): Promise<BackupRow> {
    this.#left = await this.#spool.settleSegment(this.#backupId, segment, end, this.#left);
    return this.#left;
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
    const isAll = row.whole || isClosed(row);
    const isMore = isLast && !isAll && (!isStopped || row.segments[segment]?.settled);
    // In memory there is no room for it before what is there is settled.
    const isUnsettled = this.#given.length > 0;
    if (isMore && !(isUnsettled && row.segments[segment]?.place === "memory")) return caughtUp(row);
    if (isUnsettled)
      return isLast || end === "lost" ? this.#giveNothing(limit, row) : this.#goOnBehind(end, limit, row);
    const after = await this.#settleSegment(segment, end);
    if (!isClosed(row) && (end === "lost" || (isLast && end === "cut"))) throw this.#fault();
    if (isLast) return { kind: "end", progress: progressOf(after) };
    return this.#nextSegment(limit, after);
  }

  /** Nothing follows that tells what is the matter with what is not settled: it can be tried again. */
  #giveNothing(limit: number, row: BackupRow): NextBatch {
    const batch = { roomKeys: [], failures: NO_FAILURES, end: this.#reader.cursor };
    return this.#give(new PreparedBatch(batch, [], []), limit, row);
  }

  /** As long as some of it is not settled, a segment is not either. */
  async #goOnBehind(end: SegmentEnd, limit: number, row: BackupRow): Promise<NextBatch> {
    this.#given.at(-1)?.ended.push({ segment: this.#reader.cursor.segment, end });
    return this.#nextSegment(limit, row);
  }

  async #nextSegment(limit: number, row: BackupRow): Promise<NextBatch> {
    this.#known ??= await this.#knownKeys(row);
    this.#reader = new SegmentReader(this.#spool, this.#backupId, beginningOf(this.#reader.cursor.segment + 1));
    return this.next(limit, null);
  }

  /** With what is given, and in no page yet. */
  async #knownKeys(row: BackupRow): Promise<KnownKeys> {
    const known = await knownKeys(this.#spool, row);
    for (const { prepared } of this.#given) for (const entry of prepared.entries) known.add(entry);
    return known;
  }

  get #segmentEnd(): SegmentEnd {
    if (this.#reader.isLost) return "lost";
    return this.#reader.isAtEnd ? "ended" : "cut";
  }

  #fault(): KeyBackupSyncError {
    return new KeyBackupSyncError(this.#reader.isBroken ? "malformed-response" : "homeserver-unreachable");
  }

  async #row(): Promise<BackupRow> {
    const row = await this.#spool.getBackup(this.#backupId);
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
