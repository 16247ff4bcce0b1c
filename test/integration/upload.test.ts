/** With a real matrix-js-sdk client and a real Synapse: after a reset, every key of this device gets into the new backup, and is told of on the way. */
import { expect } from "@open-wc/testing";
import type { MatrixClient } from "matrix-js-sdk";
import { controllerFor, fromMatrixClient, type KeyBackupSyncState } from "../../src/index.js";
import { cryptoOf, learnDecryptionKey, openMatrixClient } from "../support/matrix-client.js";
import { makeKeyBackup } from "../support/room-keys.mjs";
import { type RegisteredUser, startSynapseForTest, type TestSynapse } from "../support/test-synapse.js";
import { until } from "../support/until.js";

/** Two requests of crypto-wasm. */
const KEYS = 120;
/** Of the other device. */
const OTHERS = 3;
const PASSWORD = "correct horse battery staple";
/** The SDK alone begins after up to 10 s. */

describe("After a reset", () => {
  let synapse: TestSynapse;
  let user: RegisteredUser;
  let client: MatrixClient;

  before(async () => {
    synapse = await startSynapseForTest();
  });

  beforeEach(async () => {
    user = await synapse.registerUser("uploader", PASSWORD);
    client = await openMatrixClient(synapse.url, user);
    const { roomKeys } = await makeKeyBackup({ keys: KEYS, rooms: 8 });
    await cryptoOf(client).importRoomKeysAsJson(JSON.stringify(roomKeys));
  });

  afterEach(() => client.stopClient());

  async function countOnHomeserver(): Promise<number> {
    const headers = { authorization: `Bearer ${user.accessToken}` };
    const response = await fetch(`${synapse.url}/_matrix/client/v3/room_keys/version`, { headers });
    return response.ok ? (await response.json()).count : 0;
  }

  it("every key of this device gets into the new backup, and is told of until the homeserver has it", async () => {
    const controller = controllerFor(client);
    const states: KeyBackupSyncState[] = [];
    controller.addEventListener("statechange", () => states.push(controller.state));
    await controller.start();
    await cryptoOf(client).resetKeyBackup();
    await until(async () => (await countOnHomeserver()) === KEYS && !controller.state.uploading, "Uploaded");
    expect(states.some(({ uploading }) => uploading?.total === KEYS)).to.equal(true);
    await until(async () => (await controller.assessReset()).kind === "none", "Nothing is at risk");
    expect((await controller.assessReset()).notUploaded).to.equal(undefined);
    controller.close();
  });

  it("every key gets into the backup that another device makes in mid-upload, once its decryption key is known", async () => {
    const controller = controllerFor(client);
    await cryptoOf(client).resetKeyBackup();
    const other = await synapse.seedKeyBackup({ userId: user.userId, keys: OTHERS });
    await learnDecryptionKey(client, other.decryptionKey, other.version);
    await cryptoOf(client).checkKeyBackupAndEnable();
    await until(async () => (await countOnHomeserver()) === KEYS + OTHERS, "Uploaded");
    await until(() => !controller.state.uploading, "It has ended");
    controller.close();
  });

  it("what the user chooses about key storage on another device is heard of", async () => {
    const heard = new Promise<void>((resolve) => {
      fromMatrixClient(client).onBackupChange(resolve);
    });
    await client.startClient({ initialSyncLimit: 0 });
    await fetch(`${synapse.url}/_matrix/client/v3/user/${user.userId}/account_data/m.key_backup`, {
      method: "PUT",
      headers: { authorization: `Bearer ${user.accessToken}` },
      body: JSON.stringify({ enabled: false }),
    });
    await heard;
  });
});
