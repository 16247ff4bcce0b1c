/** Worse copies of a megolm session, by the ratchet of its session key. */
import type { RoomKey } from "../../src/index.js";

const LAST_PART = 5 + 3 * 32;

/** The same session from its second message on: the ratchet is one step further. */
export async function fromSecondMessage(roomKey: RoomKey): Promise<RoomKey> {
  const bytes = Uint8Array.from(atob(roomKey.session_key), (character) => character.charCodeAt(0));
  const part = bytes.slice(LAST_PART, LAST_PART + 32);
  const key = await crypto.subtle.importKey("raw", part, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  bytes.set(new Uint8Array(await crypto.subtle.sign("HMAC", key, new Uint8Array([3]))), LAST_PART);
  bytes[4] = 1;
  return { ...roomKey, session_key: btoa(String.fromCharCode(...bytes)).replace(/=+$/, "") };
}
