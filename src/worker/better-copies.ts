/**
 * Room keys for a key export without the copies that are no better than one before. Importers let the last copy in a file win, also where it
 * is worse (findings/crypto-wasm-same-session-twice.sh, findings/nio-import-keeps-the-last-copy.sh), and a session can be in two backups.
 */
import { firstMessageIndexOf } from "../best-copies.js";
import type { RoomKey } from "../host.js";
import { fingerprintOf } from "./fingerprint.js";
import { IMPORTED, KnownKeys } from "./known-keys.js";

type Copy = Pick<RoomKey, "room_id" | "session_id" | "session_key">;

/** What one file has so far: 16 bytes a room key. */
export class BetterCopies {
  readonly #known = new KnownKeys();

  /** The room keys that are not in the file yet, and better copies of those that are. */
  take<Key extends Copy>(roomKeys: readonly Key[]): Key[] {
    return roomKeys.filter((roomKey) => this.#isBetter(roomKey));
  }

  #isBetter(roomKey: Copy): boolean {
    const fingerprint = fingerprintOf(roomKey.room_id, roomKey.session_id);
    const firstMessageIndex = firstMessageIndexOf(roomKey);
    const known = this.#known.get(fingerprint);
    if (known && known.firstMessageIndex <= firstMessageIndex) return false;
    this.#known.add({ fingerprint, firstMessageIndex, failedIn: IMPORTED });
    return true;
  }
}
