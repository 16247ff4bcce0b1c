/** A real client in the midst of a reset, with room keys of the old backup just on their way into its crypto store. */
import { expect } from "@open-wc/testing";
import type { MatrixClient } from "matrix-js-sdk";
import { fromMatrixClient, type RoomKey } from "../../src/index.js";
import { roomKeyCounts } from "../support/client-crypto.js";
import { cryptoOf, learnDecryptionKey, openMatrixClient } from "../support/matrix-client.js";
import { makeRoomKey, roomIdAt } from "../support/room-keys.mjs";
import { startSynapseForTest } from "../support/test-synapse.js";
import { until } from "../support/until.js";

const KEYS = 10;
/** The client waits up to ten seconds before it uploads a room key. */

interface CryptoBackend {
  importBackedUpRoomKeys(...args: unknown[]): Promise<void>;
}

describe("Room keys of the old backup", () => {
  let client: MatrixClient;
  let version: string;
  let roomKeys: readonly RoomKey[];
  /** Called when the old backup is gone, and the new one is not there yet. */
  let beforeNew: () => Promise<void>;

  beforeEach(async () => {
    const synapse = await startSynapseForTest();
    const user = await synapse.registerUser("keeper", "correct horse battery staple");
    const backup = await synapse.seedKeyBackup({ userId: user.userId, keys: KEYS });
    beforeNew = async () => {};
    client = await openMatrixClient(synapse.url, user, async (resource, options) => {
      if (options?.method === "POST" && String(resource).includes("/room_keys/version")) await beforeNew();
      return fetch(resource, options);
    });
    ({ version } = backup);
    await learnDecryptionKey(client, backup.decryptionKey, version);
    await cryptoOf(client).checkKeyBackupAndEnable();
    roomKeys = Array.from({ length: KEYS }, (_, at) => makeRoomKey(roomIdAt(at, 2)));
  });

  afterEach(() => client.stopClient());

  it("that are imported before the new one is there are taken as not backed up", async () => {
    const { cryptoStore } = fromMatrixClient(client);
    await cryptoStore.importRoomKeys(roomKeys.slice(0, KEYS / 2), version);
    expect(await roomKeyCounts(client)).to.deep.equal({ total: KEYS / 2, backedUp: KEYS / 2 });
    let between = null;
    beforeNew = async () => {
      await cryptoStore.importRoomKeys(roomKeys.slice(KEYS / 2), version);
      between = await roomKeyCounts(client);
    };
    await cryptoOf(client).resetKeyBackup();
    expect(between).to.deep.equal({ total: KEYS, backedUp: 0 });
  });

  it("that are being imported when it is reset get into the new one", async () => {
    const backend = cryptoOf(client) as unknown as CryptoBackend;
    const original = backend.importBackedUpRoomKeys.bind(backend);
    backend.importBackedUpRoomKeys = async (...args) => {
      await cryptoOf(client).resetKeyBackup();
      return original(...args);
    };
    await fromMatrixClient(client).cryptoStore.importRoomKeys(roomKeys, version);
    const inBackup = async () => (await cryptoOf(client).checkKeyBackupAndEnable())?.backupInfo.count;
    await until(async () => (await inBackup()) === KEYS, "All are in the new backup");
  });
});
