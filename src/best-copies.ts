/**
 * Of each megolm session, the copy that decrypts most. A crypto store keeps the better copy over two calls, but within one call the last copy
 * wins, also when it is worse (crypto-wasm 12.0 and 18.9, findings/crypto-wasm-same-session-twice.sh). A session can come twice where a
 * backup was downloaded in several answers, or where two backups have it.
 */
import type { RoomKey } from "./host.js";

/** The room keys, each session once: the copy with the lowest first message index, the first of equal ones. */
export function bestCopies(roomKeys: readonly RoomKey[]): readonly RoomKey[] {
  const best = new Map<string, RoomKey>();
  for (const roomKey of roomKeys) {
    const id = `${roomKey.session_id} ${roomKey.room_id}`;
    const other = best.get(id);
    if (!other || firstMessageIndexOf(roomKey) < firstMessageIndexOf(other)) best.set(id, roomKey);
  }
  return best.size === roomKeys.length ? roomKeys : [...best.values()];
}

/** Of the session key itself, not what the homeserver says: bytes 1 to 4, big-endian. */
export function firstMessageIndexOf({ session_key }: Pick<RoomKey, "session_key">): number {
  const bytes = atob(session_key.slice(0, 8));
  return [1, 2, 3, 4].reduce((index, at) => index * 256 + bytes.charCodeAt(at), 0);
}
