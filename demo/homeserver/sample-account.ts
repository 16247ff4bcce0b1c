/** The account that one can sign in to without any preparation: its rooms, its secret storage, its key backup. */
import { makeBackupKeyPair } from "../../test/support/room-keys.mjs";
import type { AccountData } from "./account-data.js";
import type { Accounts } from "./accounts.js";
import type { DeviceKeys } from "./device-keys.js";
import type { KeyBackups } from "./key-backup.js";
import type { Rooms } from "./rooms.js";
import type { SampleAccount } from "./said.js";
import { CONVERSATIONS } from "./sample-conversations.js";
import { fillKeyBackup } from "./sample-key-backup.js";
import { makeSampleRoom, type SampleRoom, Sender, userIdOf } from "./sample-rooms.js";
import { storeDecryptionKey } from "./sample-secret-storage.js";

export const SAMPLE_USER_ID = userIdOf("sample");
export const SAMPLE_PASSWORD = "sample";

export interface SampleParts {
  readonly accounts: Accounts;
  readonly accountData: AccountData;
  readonly deviceKeys: DeviceKeys;
  readonly keyBackups: KeyBackups;
  readonly rooms: Rooms;
}

export interface SamplePreparation {
  readonly account: Promise<SampleAccount>;
  /** The backup has all its keys. */
  readonly filled: Promise<void>;
}

/** @param count room keys in the backup */
export function prepareSampleAccount(parts: SampleParts, count: number): SamplePreparation {
  parts.accounts.add(SAMPLE_USER_ID, SAMPLE_PASSWORD);
  const pair = makeBackupKeyPair();
  const rooms = makeRooms(parts);
  return { account: makeAccount(parts, pair, rooms), filled: fill(parts, pair, rooms, count) };
}

type Pair = ReturnType<typeof makeBackupKeyPair>;

async function makeAccount(parts: SampleParts, pair: Pair, rooms: Promise<SampleRoom[]>): Promise<SampleAccount> {
  const { decryptionKey } = await pair;
  const recoveryKey = await storeDecryptionKey(parts.accountData, SAMPLE_USER_ID, decryptionKey);
  await rooms;
  return { userId: SAMPLE_USER_ID, password: SAMPLE_PASSWORD, recoveryKey };
}

async function fill({ keyBackups }: SampleParts, pair: Pair, rooms: Promise<SampleRoom[]>, count: number) {
  const { publicKey } = await pair;
  const messageKeys = (await rooms).map(({ roomKeys }) => roomKeys);
  const authData = { public_key: publicKey, signatures: {} };
  const backup = keyBackups.create("m.megolm_backup.v1.curve25519-aes-sha2", authData);
  await fillKeyBackup({ backup, publicKey, messageKeys, count });
}

async function makeRooms({ deviceKeys, rooms }: SampleParts): Promise<SampleRoom[]> {
  const localparts = CONVERSATIONS.flatMap(({ messages }) => messages.map(([localpart]) => localpart));
  const senders = new Map<string, Sender>();
  for (const localpart of new Set(localparts)) {
    const sender = await Sender.open(localpart);
    deviceKeys.upload(sender, await sender.deviceKeys());
    senders.set(localpart, sender);
  }
  const made: SampleRoom[] = [];
  for (const [index, conversation] of CONVERSATIONS.entries()) {
    made.push(await makeSampleRoom(conversation, index, senders));
  }
  for (const { room } of made) rooms.add(room);
  for (const { machine } of senders.values()) machine.close();
  return made;
}
