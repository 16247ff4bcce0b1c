/**
 * Checks one room's answer before it is joined to others: a single `{"sessions": …}`, or whatever comes behind it could not be read.
 */
import { KeyBackupSyncError } from "../errors.js";
import { KeyBackupParser } from "./key-backup-parser.js";

const BEFORE = new TextEncoder().encode('{"rooms":{"":');
const BEHIND = new TextEncoder().encode("}}");

export class RoomAnswer {
  readonly #parser = new KeyBackupParser(null, false);
  #keys = 0;

  constructor() {
    this.#feed(BEFORE);
  }

  /** Room keys in it so far. */
  get keys(): number {
    return this.#keys;
  }

  /** @throws KeyBackupSyncError `malformed-response` */
  take(bytes: Uint8Array): void {
    this.#feed(bytes);
  }

  /** It has come to its end. False if that is not the end of a room. */
  end(): boolean {
    if (this.#parser.ended) return false;
    try {
      this.#feed(BEHIND);
      return this.#parser.ended;
    } catch {
      return false;
    }
  }

  #feed(bytes: Uint8Array): void {
    for (const { sessionId } of this.#parser.parse(bytes)) {
      // Something else in the place of the room, or of its sessions.
      if (sessionId === "") throw new KeyBackupSyncError("malformed-response");
      this.#keys++;
    }
  }
}
