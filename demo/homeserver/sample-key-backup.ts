/** Fills the sample account's key backup: the keys of its messages, between as many synthetic ones as asked for. */
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  encryptRoomKeys,
  makeEd25519PublicKey,
  makeRoomKey,
  type SyntheticRoomKey as RoomKey,
  roomIdAt,
  toBase64,
} from "../../test/support/room-keys.mjs";
import type { KeyBackup } from "./key-backup.js";

/** Rooms the account has left long ago: nothing but their keys remains. */
const OLD_ROOMS = 60;

/** This many take some 50 ms; the homeserver goes on answering in between. */
const BATCH = 100;

export interface Filling {
  readonly backup: KeyBackup;
  /** Of the backup, base64. */
  readonly publicKey: string;
  /** By room. */
  readonly messageKeys: readonly (readonly RoomKey[])[];
  /** How many room keys there are to be, with those of the messages. */
  readonly count: number;
}

/** Spreads the keys of the messages over the whole backup, so that the first comes early and the last late. */
export async function fillKeyBackup(filling: Filling): Promise<void> {
  const { messageKeys, count } = filling;
  const synthetic = Math.max(0, count - messageKeys.flat().length);
  const claimedKey = toBase64(makeEd25519PublicKey());
  // Rooms one after the other: a backup comes sorted by room.
  const make = (index: number) =>
    makeRoomKey(roomIdAt(Math.floor((index * OLD_ROOMS) / synthetic), OLD_ROOMS), claimedKey);
  const startOf = (gap: number) => Math.round((synthetic * gap) / (messageKeys.length + 1));
  for (let gap = 0; gap <= messageKeys.length; gap++) {
    for (const batch of batches(startOf(gap), startOf(gap + 1))) {
      await put(filling, batch.map(make));
    }
    await put(filling, messageKeys[gap] ?? []);
  }
}

function* batches(from: number, until: number): Generator<number[]> {
  for (let start = from; start < until; start += BATCH) {
    yield Array.from({ length: Math.min(BATCH, until - start) }, (_, index) => start + index);
  }
}

async function put({ backup, publicKey }: Filling, roomKeys: readonly RoomKey[]): Promise<void> {
  await nextTurn();
  const { rooms } = await encryptRoomKeys(roomKeys, publicKey);
  for (const [roomId, { sessions }] of Object.entries(rooms)) {
    for (const [sessionId, roomKey] of Object.entries(sessions)) backup.put(roomId, sessionId, { ...roomKey });
  }
}
