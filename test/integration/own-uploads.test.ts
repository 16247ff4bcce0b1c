/** With real clients and a real Synapse: what this device itself uploads is no risk, and what another device uploads beside it is one. */
import { BackupDecryptionKey, DeviceId, OlmMachine, UserId } from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import { fromOlmMachine } from "../../src/from-olm-machine.js";
import { fromMatrixClient, type Host, KeyBackupSyncController } from "../../src/index.js";
import { olmMachineOf } from "../support/client-crypto.js";
import { cryptoOf, learnDecryptionKey, openMatrixClient } from "../support/matrix-client.js";
import { encryptRoomKeys, makeRoomKey } from "../support/room-keys.mjs";
import { whenStatus } from "../support/sync-scene.js";
import {
  type RegisteredUser,
  type SeededKeyBackup,
  startSynapseForTest,
  type TestSynapse,
} from "../support/test-synapse.js";
import { until } from "../support/until.js";

const KEYS = 10;
const ROOM = "!own:localhost";

interface OpenDevice {
  readonly host: Host;
  readonly machine: OlmMachine;
  stop(): void;
}

type Open = (url: string, user: RegisteredUser, backup: SeededKeyBackup) => Promise<OpenDevice>;

const openClient: Open = async (url, user, { decryptionKey, version }) => {
  const client = await openMatrixClient(url, user);
  await learnDecryptionKey(client, decryptionKey, version);
  await cryptoOf(client).checkKeyBackupAndEnable();
  return { host: fromMatrixClient(client), machine: olmMachineOf(client), stop: () => client.stopClient() };
};

const openMachine: Open = async (homeserver, { userId, deviceId, accessToken }, backup) => {
  const [user, device] = [new UserId(userId), new DeviceId(deviceId)];
  const machine = await OlmMachine.initialize(user, device, `test-${deviceId}`);
  await machine.saveBackupDecryptionKey(BackupDecryptionKey.fromBase64(backup.decryptionKey), backup.version);
  await machine.enableBackupV1(backup.publicKey, backup.version);
  const host = fromOlmMachine(machine, { homeserver, userId, deviceId, accessToken });
  return { host, machine, stop: () => machine.close() };
};

for (const [name, open] of [
  ["a matrix-js-sdk client", openClient],
  ["an OlmMachine", openMachine],
] as const)
  describe(`Own uploads of ${name}, to a backup that is all here`, () => {
    let synapse: TestSynapse;
    let user: RegisteredUser;
    let backup: SeededKeyBackup;
    let device: OpenDevice;
    let controller: KeyBackupSyncController;
    /** Of which the other device has a better copy. */
    let shared = "";

    before(async () => {
      synapse = await startSynapseForTest();
    });

    beforeEach(async () => {
      user = await synapse.registerUser("own", "correct horse battery staple");
      backup = await synapse.seedKeyBackup({ userId: user.userId, keys: KEYS, rooms: 2 });
      device = await open(synapse.url, user, backup);
      controller = new KeyBackupSyncController(device.host);
      await controller.start();
      await whenStatus(controller, "complete");
    });

    afterEach(() => {
      controller.close();
      device.stop();
    });

    async function put(body: string): Promise<string> {
      const response = await fetch(`${synapse.url}/_matrix/client/v3/room_keys/keys?version=${backup.version}`, {
        method: "PUT",
        headers: { authorization: `Bearer ${user.accessToken}` },
        body,
      });
      return response.text();
    }

    /** As matrix-js-sdk does by itself, and a page with a machine. */
    async function uploadByItself(meanwhile: () => Promise<unknown> = async () => {}): Promise<void> {
      for (;;) {
        const request = await device.machine.backupRoomKeys();
        if (!request) return;
        await meanwhile();
        await device.machine.markRequestAsSent(request.id, request.type, await put(request.body));
      }
    }

    async function receiveKeys(count: number): Promise<void> {
      const roomKeys = Array.from({ length: count }, () => makeRoomKey(ROOM));
      await device.host.cryptoStore.importExportedRoomKeys(roomKeys);
    }

    /** As another device does that verified its sender: the better copy takes the place of ours. */
    async function improve(): Promise<void> {
      const { rooms } = await encryptRoomKeys([makeRoomKey(ROOM)], backup.publicKey);
      const [roomKey] = Object.values(rooms[ROOM]?.sessions ?? {});
      await put(JSON.stringify({ rooms: { [ROOM]: { sessions: { [shared]: { ...roomKey, is_verified: true } } } } }));
    }

    it("are no risk, also by the requests that it sends by itself", async () => {
      await receiveKeys(2);
      await uploadByItself();
      await receiveKeys(1);
      await uploadByItself();
      expect(await controller.assessReset()).to.deep.equal({ kind: "none", earlier: 0 });
    });

    it("are no risk after a reload, and counted", async () => {
      await receiveKeys(2);
      await uploadByItself();
      expect((await controller.assessReset()).kind).to.equal("none");
      controller.close();
      controller = new KeyBackupSyncController(device.host);
      await controller.start();
      const { progress } = await whenStatus(controller, "complete");
      expect(progress).to.include({ total: KEYS + 2, downloaded: KEYS + 2, imported: KEYS + 2 });
      expect(await controller.assessReset()).to.deep.equal({ kind: "none", earlier: 0 });
    });

    it("are no risk where the upload was driven here", async () => {
      await receiveKeys(3);
      expect((await controller.assessReset()).notUploaded).to.equal(3);
      await until(() => controller.state.uploading, "It has begun");
      await until(() => !controller.state.uploading, "It has ended");
      expect(await controller.assessReset()).to.deep.equal({ kind: "none", earlier: 0 });
    });

    it("hide no better key of another device, until that is here", async () => {
      const worse = makeRoomKey(ROOM);
      shared = worse.session_id;
      await device.host.cryptoStore.importExportedRoomKeys([worse]);
      await uploadByItself();
      await receiveKeys(1);
      await uploadByItself(improve);
      expect(await controller.assessReset()).to.include({ kind: "at-risk", notDownloaded: 1 });
      await until(async () => (await controller.assessReset()).kind === "none", "It has looked");
    });
  });
