/** The adapter for matrix-js-sdk: the one file that knows it, by its types alone. */

import type { MatrixClient } from "matrix-js-sdk";
import type { CryptoApi, CryptoEvent, ImportRoomKeysOpts } from "matrix-js-sdk/lib/crypto-api/index.js";
import { KeyBackupSyncController } from "./controller.js";
import type { Account, CryptoStore, Host, RoomKey } from "./host.js";

/** On the crypto backend at run time since matrix-js-sdk 31, not in its public type. `importRoomKeys` would upload every key again. */
interface BackedUpRoomKeyImport {
  importBackedUpRoomKeys(keys: readonly RoomKey[], backupVersion: string, options: ImportRoomKeysOpts): Promise<void>;
}

const KEY_CACHED = "crypto.keyBackupDecryptionKeyCached" as CryptoEvent.KeyBackupDecryptionKeyCached;

const controllers = new WeakMap<MatrixClient, KeyBackupSyncController>();

/** The one controller of this client, shared by all that show it. */
export function controllerFor(client: MatrixClient): KeyBackupSyncController {
  const known = controllers.get(client);
  if (known) return known;
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
  return { account: accountOf(client, userId, deviceId), cryptoStore: cryptoStoreOf(client, crypto) };
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
    async importRoomKeys(roomKeys, backupVersion) {
      // What the crypto store drops without a word is in neither count: only what it says it took is imported.
      let accepted = 0;
      const progressCallback: ImportRoomKeysOpts["progressCallback"] = (progress) => {
        if ("failures" in progress) accepted = progress.total - progress.failures;
      };
      const backend = crypto as unknown as BackedUpRoomKeyImport;
      await backend.importBackedUpRoomKeys(roomKeys, backupVersion, { progressCallback });
      return { rejected: roomKeys.length - accepted };
    },
  };
}
