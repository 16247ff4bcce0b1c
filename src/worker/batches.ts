/**
 * The spool, from its cursor on, as batches of decrypted room keys. It parses and decrypts one batch ahead; what becomes of a batch it
 * does not know until it is told.
 */
import { KeyBackupSyncError } from "../errors.js";
import type { RoomKey } from "../host.js";
import { nextTask } from "../next-task.js";
import type { Batch, NextBatch, SettledBatch } from "../protocol.js";
import { type FailureReason, failedCount } from "../state.js";
import type { Decryptor } from "./decryptor.js";
import { SegmentReader } from "./segment-reader.js";
import { type BackupRow, NO_FAILURES, progressOf, type Spool } from "./spool.js";

export class Batches {
  readonly #spool: Spool;
  readonly #version: string;
  readonly #decryptor: Decryptor;
  #reader: SegmentReader;
  #ahead: Promise<Batch | null> | null = null;

  constructor(spool: Spool, { backup, cursor }: BackupRow, decryptor: Decryptor) {
    this.#spool = spool;
    this.#version = backup.version;
    this.#decryptor = decryptor;
    this.#reader = new SegmentReader(spool, backup.version, cursor);
  }

  /**
   * @param limit most room keys of a batch
   * @throws KeyBackupSyncError once all before that is settled: `malformed-response` where the backup is no JSON,
   *   `homeserver-unreachable` where it broke off
   */
  async next(limit: number, settled: SettledBatch | null): Promise<NextBatch> {
    const [row, batch] = await Promise.all([
      settled ? this.#spool.settleBatch(this.#version, settled) : this.#row(),
      this.#ahead ?? this.#prepare(limit),
    ]);
    this.#ahead = batch && this.#prepareLater(limit);
    return batch ? { kind: "batch", batch, progress: progressOf(row) } : this.#atEnd(limit);
  }

  close(): void {
    this.#decryptor.close();
  }

  /** A batch ahead, begun once the answer with the one before is on its way. */
  #prepareLater(limit: number): Promise<Batch | null> {
    const ahead = nextTask().then(() => this.#prepare(limit));
    ahead.catch(() => {});
    return ahead;
  }

  async #prepare(limit: number): Promise<Batch | null> {
    const roomKeys: RoomKey[] = [];
    const failures: Record<FailureReason, number> = { ...NO_FAILURES };
    for (let taken = 0; taken < limit; taken++) {
      const session = await this.#reader.next();
      if (!session) break;
      const result = this.#decryptor.decrypt(session);
      if (typeof result === "string") failures[result]++;
      else roomKeys.push(result);
    }
    const isEmpty = roomKeys.length + failedCount({ failures }) === 0;
    return isEmpty ? null : { roomKeys, failures, end: this.#reader.cursor };
  }

  /** All that is spooled is settled: is that all there will be? */
  async #atEnd(limit: number): Promise<NextBatch> {
    const row = await this.#row();
    const { segment } = this.#reader.cursor;
    const { isAtEnd, isBroken } = this.#reader;
    const isLast = segment === row.segments.length - 1;
    if (isLast && !isBroken && !row.segments[segment]?.whole) return { kind: "caught-up", progress: progressOf(row) };
    const after = await this.#spool.settleSegment(this.#version, segment, isAtEnd);
    if (isLast && !isAtEnd) throw new KeyBackupSyncError(isBroken ? "malformed-response" : "homeserver-unreachable");
    if (isLast) return { kind: "end", progress: progressOf(after) };
    this.#reader = new SegmentReader(this.#spool, this.#version, after.cursor);
    return this.next(limit, null);
  }

  async #row(): Promise<BackupRow> {
    const row = await this.#spool.getBackup(this.#version);
    if (!row) throw new KeyBackupSyncError("backup-replaced");
    return row;
  }
}
