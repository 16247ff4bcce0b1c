import { type SyntheticRoomKey, toBase64 } from "./room-keys.mjs";

/** The same megolm session, but for the messages before this index. */
export function copyFrom(roomKey: SyntheticRoomKey, index: number): SyntheticRoomKey {
  const bytes = Uint8Array.from(atob(roomKey.session_key), (character) => character.charCodeAt(0));
  new DataView(bytes.buffer).setUint32(1, index);
  return { ...roomKey, session_key: toBase64(bytes) };
}
