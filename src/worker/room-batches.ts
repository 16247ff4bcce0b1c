/** The room keys of one room, straight from the homeserver, as batches: for a room that somebody is looking at. Nothing is kept of it. */
import type { RoomKey } from "../host.js";
import type { RoomKeyDecryptor } from "./decryptor.js";
import { type BackedUpSession, KeyBackupParser } from "./key-backup-parser.js";

/** The rest of a larger room comes with all others. */
const MOST_KEYS = 10_000;

export class RoomBatches {
  readonly #sessions: AsyncGenerator<BackedUpSession, void, undefined>;
  readonly #decryptor: RoomKeyDecryptor;
  #taken = 0;

  constructor(roomId: string, pieces: AsyncIterable<Uint8Array>, decryptor: RoomKeyDecryptor) {
    this.#sessions = sessionsOf(roomId, pieces);
    this.#decryptor = decryptor;
  }

  /** `null` at the end. What cannot be used is left out: it will be counted with all others. */
  async next(limit: number): Promise<RoomKey[] | null> {
    const roomKeys: RoomKey[] = [];
    while (roomKeys.length < limit && this.#taken < MOST_KEYS) {
      const { done, value } = await this.#sessions.next();
      if (done) break;
      this.#taken++;
      const result = this.#decryptor.decrypt(value);
      if (typeof result !== "string") roomKeys.push(result);
    }
    if (roomKeys.length > 0) return roomKeys;
    this.close();
    return null;
  }

  /** Ends the request. */
  close(): void {
    void this.#sessions.return().catch(() => {});
  }
}

async function* sessionsOf(roomId: string, pieces: AsyncIterable<Uint8Array>) {
  const parser = new KeyBackupParser();
  yield* parser.parse(new TextEncoder().encode(`{"rooms":{${JSON.stringify(roomId)}:`));
  for await (const piece of pieces) yield* parser.parse(piece);
}
