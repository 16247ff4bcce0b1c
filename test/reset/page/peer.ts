/** A client of either adapter, as the rest of the page has it. */
import type { KeyBackupSyncElement } from "../../../components/index.js";
import type { KeyBackupSyncController } from "../../../src/index.js";
import type { BackupKey, Way } from "./wire.js";

export interface Peer {
  controller(): KeyBackupSyncController;
  /** Has the element show it. */
  showIn(element: KeyBackupSyncElement): void;
  reset(way: Way): Promise<void>;
  learn(backup: BackupKey): Promise<void>;
  present(): Promise<BackupKey | null>;
  sessions(): Promise<readonly string[]>;
  /** Logs out, and leaves nothing here. */
  signOut(): Promise<void>;
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

export function fromBase64(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** How each is told, with "room ID, space, session ID". */
export function namesOf(roomKeys: readonly { readonly room_id: string; readonly session_id: string }[]): string[] {
  return roomKeys.map(({ room_id, session_id }) => `${room_id} ${session_id}`);
}

/** Tells node before a method of `owner` is called that imports room keys. @param count of the first argument */
export function tellImports<Owner extends object>(
  owner: Owner,
  name: keyof Owner & string,
  count: (roomKeys: never) => number,
) {
  const original = Reflect.get(owner, name) as (...args: unknown[]) => Promise<unknown>;
  const told = async (...args: unknown[]) => {
    await globalThis.tellNode({ type: "import", roomKeys: count(args[0] as never) });
    return original.apply(owner, args);
  };
  Reflect.set(owner, name, told);
}

export function countOfText(roomKeys: string): number {
  return (JSON.parse(roomKeys) as unknown[]).length;
}
