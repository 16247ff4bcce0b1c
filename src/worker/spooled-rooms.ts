/** Looks through what is spooled of a download that was cut: of which rooms all room keys are there, and how many. */
import { type BackupRow, beginningOf } from "./backup-row.js";
import { fingerprintOf } from "./fingerprint.js";
import { SegmentReader } from "./segment-reader.js";
import type { Spool } from "./spool.js";

export class SpooledRooms {
  /** Room keys of each room that is whole, by fingerprint: IDs are the homeserver's, and may be long. */
  readonly #whole = new Map<number, number>();
  /** Of rooms in the midst of which an answer was cut. */
  readonly #cut = new Map<string, number>();

  static async scan(spool: Spool, row: BackupRow): Promise<SpooledRooms> {
    const rooms = new SpooledRooms();
    for (const segment of row.segments.keys()) {
      await rooms.#scan(new SegmentReader(spool, row.backupId, beginningOf(segment), false));
    }
    return rooms;
  }

  /** IDs of the rooms to ask for again. */
  get cut(): string[] {
    return [...this.#cut.keys()].filter((roomId) => !this.isWhole(roomId));
  }

  isWhole(roomId: string): boolean {
    return this.#whole.has(shortOf(roomId));
  }

  /** Number of different room keys. */
  get keys(): number {
    const counts = [...this.#whole.values(), ...this.cut.map((roomId) => this.#cut.get(roomId) ?? 0)];
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** All of the room's keys are there now. */
  add(roomId: string, keys: number): void {
    const short = shortOf(roomId);
    this.#whole.set(short, Math.max(keys, this.#whole.get(short) ?? 0));
  }

  async #scan(reader: SegmentReader): Promise<void> {
    let roomId: string | null = null;
    let keys = 0;
    for (let session = await reader.next(); session; session = await reader.next()) {
      if (roomId !== null && roomId !== session.roomId) this.add(roomId, keys);
      keys = roomId === session.roomId ? keys + 1 : 1;
      roomId = session.roomId;
    }
    if (roomId === null) return;
    if (reader.isAtEnd) this.add(roomId, keys);
    else this.#cut.set(roomId, keys);
  }
}

function shortOf(roomId: string): number {
  const { low, high } = fingerprintOf(roomId, "");
  return low * 2 ** 21 + (high >>> 11);
}
