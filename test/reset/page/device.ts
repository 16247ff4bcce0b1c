/** A host's page: a client with its crypto store on this device and, once it is asked for, `<key-backup-sync>`. */
import "../../../components/index.js";
import { RustBackupManager } from "matrix-js-sdk/lib/rust-crypto/backup.js";
import { guardBackupReset } from "../../../src/index.js";
import type { PageParameters } from "../../chaos/page/wire.js";
import { roomKeyCounts } from "../../support/client-crypto.js";
import {
  createEncryptedRoom,
  isReadable,
  isUnreadable,
  messagesIn,
  withoutRoomKeys,
} from "../../support/encrypted-room.js";
import { cryptoOf, learnDecryptionKey, openMatrixClient } from "../../support/matrix-client.js";
import { until } from "../../support/until.js";
import { agree } from "./person.js";
import type { BackupKey, ResetPlan } from "./wire.js";

interface CryptoBackend {
  importBackedUpRoomKeys(roomKeys: readonly unknown[], ...others: unknown[]): Promise<void>;
}

const { url, version, decryptionKey, ...parameters } = Object.fromEntries(
  new URLSearchParams(location.search),
) as unknown as PageParameters;

let uploaded = 0;
const refusing = withoutRoomKeys([]);

const countingUploads: typeof fetch = (resource, options) => {
  const isUpload = options?.method === "PUT" && String(resource).includes("/room_keys/keys");
  if (isUpload) uploaded += sessionsIn(JSON.parse(String(options.body)));
  return refusing(resource, options);
};

function sessionsIn({ rooms }: { rooms: Record<string, { sessions: object }> }): number {
  return Object.values(rooms).reduce((sum, { sessions }) => sum + Object.keys(sessions).length, 0);
}

const client = await openMatrixClient(url, parameters, countingUploads);
await learnDecryptionKey(client, decryptionKey, version);
await cryptoOf(client).checkKeyBackupAndEnable();

const element = document.createElement("key-backup-sync");
element.lang = "en";

function showElement(): void {
  element.client = client;
  document.body.append(element);
}

/** Resolves in the midst of the call with which the crypto store is given so many in all. */
function whenGiven(keys: number): Promise<void> {
  const backend = cryptoOf(client) as unknown as CryptoBackend;
  const original = backend.importBackedUpRoomKeys.bind(backend);
  let given = 0;
  return new Promise((resolve) => {
    backend.importBackedUpRoomKeys = (roomKeys, ...others) => {
      given += roomKeys.length;
      if (given >= keys) resolve();
      return original(roomKeys, ...others);
    };
  });
}

async function reset({ way, part, delay, uploadDelay }: ResetPlan, keys: number) {
  (RustBackupManager as { maxBackupLoopStartDelayMillis: number }).maxBackupLoopStartDelayMillis = uploadDelay;
  const inTheMidst = whenGiven(part * keys);
  showElement();
  await inTheMidst;
  await new Promise((resolve) => setTimeout(resolve, delay));
  if (way !== "unguarded") guardBackupReset(client, element);
  const imported = (await roomKeyCounts(client)).total;
  const call = cryptoOf(client).resetKeyBackup();
  await (way === "unguarded" ? call : agree(element, way, call));
  return { ...(await presentBackup()), imported };
}

/** What went in at the moment of the reset may have the client leave it, and come back to it, once more. */
async function presentBackup(): Promise<BackupKey> {
  const crypto = cryptoOf(client);
  const isThere = async () => (await crypto.getActiveSessionBackupVersion()) !== null;
  await until(isThere, "a backup that the client uploads to");
  const [key, active] = [await crypto.getSessionBackupPrivateKey(), await crypto.getActiveSessionBackupVersion()];
  if (!key || active === null) throw new Error("There is no backup after the reset");
  return { version: active, decryptionKey: btoa(String.fromCharCode(...key)) };
}

globalThis.resetDevice = {
  reset,
  async say(messages) {
    await client.startClient();
    const roomId = await createEncryptedRoom(client);
    for (const message of messages) {
      await cryptoOf(client).forceDiscardSession(roomId);
      await client.sendTextMessage(roomId, message);
    }
    return roomId;
  },
  async read(roomId, count) {
    await client.startClient({ initialSyncLimit: count + 20 });
    const messages = () => messagesIn(client, roomId);
    await until(() => messages().length === count && messages().every(isUnreadable), "messages, all unreadable");
    showElement();
    await until(() => messages().every(isReadable), "messages, all readable");
    return messages().map((message) => message.getContent().body);
  },
  shown: () => element.state.status,
  roomKeyCounts: () => roomKeyCounts(client),
  async sessions() {
    const roomKeys = await cryptoOf(client).exportRoomKeys();
    return roomKeys.map(({ room_id, session_id }) => `${room_id} ${session_id}`);
  },
  uploaded: () => uploaded,
};
