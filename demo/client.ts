/** A matrix-js-sdk client for a session, with a crypto store in IndexedDB that survives a reload. */
import { createClient, type MatrixClient } from "matrix-js-sdk";
import { controllerFor } from "../src/index.js";
import { BackupUnlocker } from "./backup-unlocker.js";
import { quietLogger } from "./quiet-logger.js";
import type { Session } from "./session.js";

export interface OpenClient {
  readonly client: MatrixClient;
  readonly unlocker: BackupUnlocker;
}

const MESSAGES_PER_ROOM = 10;

export async function openClient(session: Session): Promise<OpenClient> {
  const { homeserverUrl: baseUrl, userId, deviceId, accessToken } = session;
  const unlocker = new BackupUnlocker();
  const client = createClient({
    baseUrl,
    userId,
    deviceId,
    accessToken,
    logger: quietLogger,
    cryptoCallbacks: unlocker.callbacks,
    disableVoip: true,
  });
  await client.initRustCrypto({ cryptoDatabasePrefix: databasePrefixOf(deviceId) });
  await client.startClient({ initialSyncLimit: MESSAGES_PER_ROOM });
  return { client, unlocker };
}

/** Ends the session here, and on the homeserver, if that can be reached. */
export async function signOut(client: MatrixClient): Promise<void> {
  await controllerFor(client).erase();
  await client.logout(true).catch(() => undefined);
  await clearStores(client);
}

/** The same for a session that the homeserver has ended. */
export async function forgetClient(client: MatrixClient): Promise<void> {
  await controllerFor(client).erase();
  client.stopClient();
  await clearStores(client);
}

async function clearStores(client: MatrixClient): Promise<void> {
  await client.clearStores({ cryptoDatabasePrefix: databasePrefixOf(client.getDeviceId() ?? "") });
}

function databasePrefixOf(deviceId: string): string {
  return `key-backup-sync-demo-${deviceId}`;
}

/** Room keys in the client's crypto store. matrix-js-sdk has no public way to ask. */
export async function countRoomKeys(client: MatrixClient): Promise<number> {
  const { olmMachine } = client.getCrypto() as unknown as {
    olmMachine: { roomKeyCounts(): Promise<{ total: number }> };
  };
  return (await olmMachine.roomKeyCounts()).total;
}
