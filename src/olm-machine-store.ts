/** The crypto store of an OlmMachine: the backup decryption key, room keys in, and which rooms it has keys of. */
import { type InboundGroupSession, type OlmMachine, RoomId } from "@matrix-org/matrix-sdk-crypto-wasm";
import type { BackedUpRoomKeys, CryptoStoreContents, RoomKey } from "./host.js";
import type { MarkedElsewhere } from "./marked-elsewhere.js";

/** Room keys. So many are looked through in 0.3 s, with no block of the page over 16 ms; five thousand block it for 160 ms. */
const QUICK_TO_LOOK_THROUGH = 2000;

/** By session ID. */
type Sessions = Map<string, RoomKey>;

export async function getContents(machine: OlmMachine): Promise<CryptoStoreContents> {
  const storeId = identityOf(machine);
  const counts = await machine.roomKeyCounts();
  const { total } = counts;
  counts.free();
  return { storeId, roomKeyCount: total };
}

/** The public keys of the Olm account, which is created with the store. */
function identityOf(machine: OlmMachine): string {
  const keys = machine.identityKeys;
  const { ed25519, curve25519 } = keys;
  const identity = `${ed25519.toBase64()} ${curve25519.toBase64()}`;
  for (const object of [ed25519, curve25519, keys]) object.free();
  return identity;
}

/** 32 bytes, `null` if the machine does not know it. */
export async function getDecryptionKey(machine: OlmMachine): Promise<Uint8Array | null> {
  const keys = await machine.getBackupKeys();
  const { decryptionKey } = keys;
  const base64 = decryptionKey?.toBase64();
  decryptionKey?.free();
  keys.free();
  return base64 === undefined ? null : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Marked as backed up in this version. */
export async function importBackedUpRoomKeys(
  machine: OlmMachine,
  roomKeys: readonly RoomKey[],
  backupVersion: string,
  markedElsewhere: MarkedElsewhere,
) {
  const active = await activeBackupOf(machine);
  // Backed up, but in no backup that there still is.
  if (active !== null && active !== backupVersion) return importExportedRoomKeys(machine, roomKeys);
  const rooms = groupByRoom(roomKeys);
  let accepted = 0;
  // What the store drops without a word is in neither count, and where it drops all there is no call.
  const onProgress = (_done: bigint, total: bigint, failures: bigint) => {
    accepted = Number(total - failures);
  };
  const result = await machine.importBackedUpRoomKeys(keyedByRoomId(rooms), onProgress, backupVersion);
  result.free();
  // What fails shows at the end of a run.
  await markedElsewhere.imported(backupVersion).catch(() => {});
  return { rejected: sizeOf(rooms) - accepted };
}

/** Marked as not backed up. @throws if one of them is none, and imports none then */
export async function importExportedRoomKeys(machine: OlmMachine, roomKeys: readonly RoomKey[]) {
  const result = await machine.importExportedRoomKeys(JSON.stringify(roomKeys), () => {});
  const accepted = result.totalCount;
  result.free();
  return { rejected: roomKeys.length - accepted };
}

/** What it takes to be in the backup that it uploads to, `null` if it uploads to none. */
export async function getBackedUp(machine: OlmMachine): Promise<BackedUpRoomKeys | null> {
  const version = await activeBackupOf(machine);
  if (version === null) return null;
  const counts = await machine.roomKeyCounts();
  const { backedUp } = counts;
  counts.free();
  return { version, count: backedUp };
}

/** After `machine.close()` everything throws, for good. The machine has no other way to tell: so it is asked for something small. */
export function isClosed(machine: OlmMachine): boolean {
  try {
    return machine.roomKeyRequestsEnabled === undefined;
  } catch {
    return true;
  }
}

/** Version of the backup that it uploads to. */
export async function activeBackupOf(machine: OlmMachine): Promise<string | null> {
  const keys = await machine.getBackupKeys();
  const { backupVersion } = keys;
  keys.free();
  return (await machine.isBackupEnabled()) ? (backupVersion ?? null) : null;
}

/** IDs of the rooms it has keys of, if they can be had cheaply. Nothing lists them: each key is looked at, and none exported. */
export async function roomsInStore(machine: OlmMachine): Promise<Set<string>> {
  const roomIds = new Set<string>();
  const counts = await machine.roomKeyCounts();
  const isQuick = counts.total <= QUICK_TO_LOOK_THROUGH;
  counts.free();
  const note = (roomKey: InboundGroupSession) => {
    roomIds.add(roomIdOf(roomKey));
    return false;
  };
  if (isQuick) await machine.exportRoomKeys(note);
  return roomIds;
}

function roomIdOf(roomKey: InboundGroupSession): string {
  const { roomId } = roomKey;
  const id = roomId.toString();
  roomId.free();
  roomKey.free();
  return id;
}

/** By text: two RoomIds of one room are two keys of a Map. A session that comes twice is imported once. */
function groupByRoom(roomKeys: readonly RoomKey[]): Map<string, Sessions> {
  const rooms = new Map<string, Sessions>();
  for (const roomKey of roomKeys) {
    const sessions: Sessions = rooms.get(roomKey.room_id) ?? new Map();
    rooms.set(roomKey.room_id, sessions.set(roomKey.session_id, roomKey));
  }
  return rooms;
}

function sizeOf(rooms: Map<string, Sessions>): number {
  return [...rooms.values()].reduce((sum, { size }) => sum + size, 0);
}

/** Without the rooms that cannot be. The machine frees the RoomIds. */
function keyedByRoomId(rooms: Map<string, Sessions>): Map<RoomId, Sessions> {
  const keyed = new Map<RoomId, Sessions>();
  for (const [id, sessions] of rooms) {
    const roomId = parseRoomId(id);
    if (roomId) keyed.set(roomId, sessions);
  }
  return keyed;
}

function parseRoomId(id: string): RoomId | null {
  try {
    return new RoomId(id);
  } catch {
    return null;
  }
}
