/** A matrix-js-sdk client: the page is bundled once with the newest, and once with the oldest, of the peer range. */
import type { MatrixClient } from "matrix-js-sdk";
import type { CryptoCallbacks } from "matrix-js-sdk/lib/crypto-api/index.js";
import { RustBackupManager } from "matrix-js-sdk/lib/rust-crypto/backup.js";
import { controllerFor, guardBackupReset } from "../../../src/index.js";
import { olmMachineOf } from "../../support/client-crypto.js";
import { withoutRoomKeys } from "../../support/encrypted-room.js";
import { cryptoOf, learnDecryptionKey, openMatrixClient } from "../../support/matrix-client.js";
import { countOfText, fromBase64, namesOf, type Peer, tellImports, toBase64 } from "./peer.js";
import type { BackupKey, DeviceParameters } from "./wire.js";

interface CryptoBackend {
  importBackedUpRoomKeys(roomKeys: readonly unknown[]): Promise<void>;
}

interface MatrixPeer extends Peer {
  readonly client: MatrixClient;
}

export async function openMatrixPeer(parameters: DeviceParameters): Promise<MatrixPeer> {
  const { url, guard, uploadDelay, ...device } = parameters;
  (RustBackupManager as { maxBackupLoopStartDelayMillis: number }).maxBackupLoopStartDelayMillis = Number(uploadDelay);
  const client = await openMatrixClient(url, device, withoutRoomKeys([]), WRITTEN_DOWN);
  const crypto = cryptoOf(client);
  tellImports(crypto as unknown as CryptoBackend, "importBackedUpRoomKeys", (roomKeys: unknown[]) => roomKeys.length);
  tellImports(crypto, "importRoomKeysAsJson", countOfText);
  const learn = async ({ decryptionKey, version }: BackupKey) => {
    await learnDecryptionKey(client, decryptionKey, version);
    await crypto.checkKeyBackupAndEnable();
    if ((await crypto.getActiveSessionBackupVersion()) === null) await trust(client, url, parameters);
  };
  if (!(await crypto.getSessionBackupPrivateKey())) await learn(parameters);
  else await crypto.checkKeyBackupAndEnable();
  if (parameters.syncs === "true") await client.startClient({ initialSyncLimit: 0 });
  return {
    client,
    controller: () => controllerFor(client),
    showIn(element) {
      element.client = client;
      if (guard !== "none") guardBackupReset(client, element, { automatic: guard });
    },
    async reset(way) {
      if (way === "plain") return crypto.resetKeyBackup();
      await crypto.bootstrapSecretStorage({
        setupNewSecretStorage: true,
        setupNewKeyBackup: true,
        createSecretStorageKey: () => crypto.createRecoveryKeyFromPassphrase(),
      });
    },
    learn,
    async present() {
      const [key, version] = [await crypto.getSessionBackupPrivateKey(), await crypto.getActiveSessionBackupVersion()];
      return key && version !== null ? { version, decryptionKey: toBase64(key) } : null;
    },
    sessions: async () => namesOf(await crypto.exportRoomKeys()),
    async signOut() {
      await controllerFor(client).erase();
      await client.logout(true);
      await client.clearStores({ cryptoDatabasePrefix: `test-${device.deviceId}` });
    },
  };
}

/** The human has every key of secret storage on paper. */
const WRITTEN_DOWN: CryptoCallbacks = {
  cacheSecretStorageKey: (keyId, _info, key) => void globalThis.writeDown(keyId, toBase64(key)),
  async getSecretStorageKey({ keys }) {
    for (const keyId of Object.keys(keys)) {
      const key = await globalThis.lookUp(keyId);
      if (key) return [keyId, fromBase64(key)];
    }
    return null;
  },
};

/**
 * matrix-js-sdk before 36 uploads to a backup that a device it trusts has signed, not to one that it has the key of: so it signs it itself, as
 * cross-signing would have done.
 */
async function trust(client: MatrixClient, url: string, { accessToken }: DeviceParameters): Promise<void> {
  const crypto = cryptoOf(client);
  const backup = (await crypto.checkKeyBackupAndEnable())?.backupInfo;
  if (!backup) return;
  const { algorithm, version } = backup;
  const { public_key, signatures } = backup.auth_data as { public_key: string; signatures?: object };
  const own = JSON.parse((await olmMachineOf(client).sign(JSON.stringify({ public_key }))).asJSON());
  const auth_data = { public_key, signatures: { ...signatures, ...own } };
  await fetch(`${url}/_matrix/client/v3/room_keys/version/${version}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ algorithm, version, auth_data }),
  });
  await crypto.checkKeyBackupAndEnable();
}
