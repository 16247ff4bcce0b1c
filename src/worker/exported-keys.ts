/**
 * Room keys for a key export that every client takes as a whole: clients refuse all of a file for one room key in it that they cannot read.
 * What they read is asked of crypto-wasm itself, which reads a file by the same rules as it makes one.
 */
import { OlmMachine } from "@matrix-org/matrix-sdk-crypto-wasm";
import type { RoomKey } from "../host.js";

/** Without claimed keys where there are none: for an empty object, matrix-nio refuses the whole file. */
export type ExportedRoomKey = Omit<RoomKey, "sender_claimed_keys"> & Partial<Pick<RoomKey, "sender_claimed_keys">>;

/**
 * WebAssembly is loaded already, by whatever decrypted the room keys. About 0.1 ms a room key.
 * @param roomKeys some at once: a call of crypto-wasm has a cost of its own
 * @returns those that go into a key export; the others would make the file unreadable
 */
export function exportedKeys(roomKeys: readonly RoomKey[]): ExportedRoomKey[] {
  return readableOf(roomKeys.map(withoutEmptyClaims));
}

function withoutEmptyClaims({ sender_claimed_keys, ...others }: RoomKey): ExportedRoomKey {
  return sender_claimed_keys.ed25519 === undefined ? others : { ...others, sender_claimed_keys };
}

/** By bisection, down to the ones that cannot be read. */
function readableOf(roomKeys: ExportedRoomKey[]): ExportedRoomKey[] {
  if (roomKeys.length === 0 || canBeRead(roomKeys)) return roomKeys;
  if (roomKeys.length === 1) return [];
  const middle = Math.ceil(roomKeys.length / 2);
  return [...readableOf(roomKeys.slice(0, middle)), ...readableOf(roomKeys.slice(middle))];
}

/** The file that is made of them is dropped: one round for the passphrase costs nothing. */
function canBeRead(roomKeys: readonly ExportedRoomKey[]): boolean {
  try {
    OlmMachine.encryptExportedRoomKeys(JSON.stringify(roomKeys), "x", 1);
    return true;
  } catch {
    return false;
  }
}
