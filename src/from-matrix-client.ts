/** The adapter for matrix-js-sdk: the one file that knows it, by its types alone. */

import type { MatrixClient, MatrixEvent, MatrixEventEvent, Room } from "matrix-js-sdk";
import type { CryptoApi, CryptoEvent, ImportRoomKeysOpts } from "matrix-js-sdk/lib/crypto-api/index.js";
import { KeyBackupSyncController } from "./controller.js";
import type { Account, CryptoStore, Host, RoomKey, Rooms } from "./host.js";

/** On the crypto backend at run time since matrix-js-sdk 31, not in its public type. `importRoomKeys` would upload every key again. */
interface BackedUpRoomKeyImport {
  importBackedUpRoomKeys(keys: readonly RoomKey[], backupVersion: string, options: ImportRoomKeysOpts): Promise<void>;
}

const BACKUP_STATUS = "crypto.keyBackupStatus" as CryptoEvent.KeyBackupStatus;
const DECRYPTED = "Event.decrypted" as MatrixEventEvent.Decrypted;
const KEY_CACHED = "crypto.keyBackupDecryptionKeyCached" as CryptoEvent.KeyBackupDecryptionKeyCached;

const controllers = new WeakMap<MatrixClient, KeyBackupSyncController>();

/** The one controller of this client, shared by all that show it; another one when that is closed. */
export function controllerFor(client: MatrixClient): KeyBackupSyncController {
  const known = controllers.get(client);
  if (known && !known.closed) return known;
  const controller = new KeyBackupSyncController(fromMatrixClient(client));
  controllers.set(client, controller);
  return controller;
}

/**
 * A host for `new KeyBackupSyncController(...)`.
 * @param client logged in, after `initRustCrypto()`
 * @throws TypeError if it is not
 */
export function fromMatrixClient(client: MatrixClient): Host {
  const userId = client.getUserId();
  const deviceId = client.getDeviceId();
  const crypto = client.getCrypto();
  if (!userId || !deviceId) throw new TypeError("key-backup-sync: the client has no user or device ID: log in first");
  if (!crypto) throw new TypeError("key-backup-sync: the client has no crypto: call initRustCrypto() first");
  return {
    account: accountOf(client, userId, deviceId),
    cryptoStore: cryptoStoreOf(client, crypto),
    rooms: roomsOf(client),
    onBackupChange(listener) {
      client.on(BACKUP_STATUS, listener);
      return () => client.off(BACKUP_STATUS, listener);
    },
  };
}

function accountOf(client: MatrixClient, userId: string, deviceId: string): Account {
  return {
    userId,
    deviceId,
    homeserverUrl: client.getHomeserverUrl(),
    getAccessToken: () => client.getAccessToken(),
    async renewAccessToken(refused) {
      // A request through the client: it refreshes the token, as far as it can, before it gives up.
      if (client.getAccessToken() === refused) await client.whoami();
      return client.getAccessToken();
    },
  };
}

function cryptoStoreOf(client: MatrixClient, crypto: CryptoApi): CryptoStore {
  return {
    getDecryptionKey: () => crypto.getSessionBackupPrivateKey(),
    onDecryptionKeyChange(listener) {
      client.on(KEY_CACHED, listener);
      return () => client.off(KEY_CACHED, listener);
    },
    importRoomKeys(roomKeys, backupVersion) {
      const backend = crypto as unknown as BackedUpRoomKeyImport;
      return counted(roomKeys, (options) => backend.importBackedUpRoomKeys(roomKeys, backupVersion, options));
    },
    importExportedRoomKeys: (roomKeys) =>
      counted(roomKeys, (options) =>
        crypto.importRoomKeys(roomKeys as Parameters<CryptoApi["importRoomKeys"]>[0], options),
      ),
  };
}

/** What the crypto store drops without a word is in neither of its counts: only what it says it took is imported. */
async function counted(roomKeys: readonly RoomKey[], importAll: (options: ImportRoomKeysOpts) => Promise<void>) {
  let accepted = 0;
  const progressCallback: ImportRoomKeysOpts["progressCallback"] = (progress) => {
    if ("failures" in progress) accepted = progress.total - progress.failures;
  };
  await importAll({ progressCallback });
  return { rejected: roomKeys.length - accepted };
}

function roomsOf(client: MatrixClient): Rooms {
  return {
    known: async () => client.getRooms().map(({ roomId }) => roomId),
    onUndecryptable(listener) {
      const onDecrypted = (event: MatrixEvent) => {
        const roomId = event.getRoomId();
        if (roomId && event.isDecryptionFailure()) listener(roomId);
      };
      client.on(DECRYPTED, onDecrypted);
      queueMicrotask(() => unreadableRooms(client).forEach(listener));
      return () => client.off(DECRYPTED, onDecrypted);
    },
  };
}

/** IDs of the rooms with an unreadable message, the ones that were active last first. */
function unreadableRooms(client: MatrixClient): string[] {
  const isUnreadable = (room: Room) =>
    room
      .getLiveTimeline()
      .getEvents()
      .some((event) => event.isDecryptionFailure());
  return client
    .getRooms()
    .filter(isUnreadable)
    .sort((a, b) => b.getLastActiveTimestamp() - a.getLastActiveTimestamp())
    .map(({ roomId }) => roomId);
}
