import { expect } from "@open-wc/testing";
import type { MatrixClient } from "matrix-js-sdk";
import type { GeneratedSecretStorageKey } from "matrix-js-sdk/lib/crypto-api/index.js";
import { encodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/recovery-key.js";
import type { RoomKey } from "../../src/host.js";
import { writeArchive } from "../../src/worker/rescue/archive.js";
import type { ArchiveHeader } from "../../src/worker/rescue/archive-header.js";
import { findStoredBackupKeys } from "../../src/worker/rescue/find-stored-keys.js";
import { writeKeyExport } from "../../src/worker/rescue/key-export.js";
import { OpenArchive } from "../../src/worker/rescue/open-archive.js";
import type { StoredBackupKey } from "../../src/worker/rescue/stored-backup-key.js";
import { fileOf, segmentsOf } from "../support/async-pieces.js";
import { codeOf } from "../support/code-of.js";
import { countRoomKeys, cryptoOf, type Device, logIn, openMatrixClient } from "../support/matrix-client.js";
import { openKeyExport } from "../support/open-key-export.js";
import { makeRoomKey, roomIdAt } from "../support/room-keys.mjs";
import { startSynapseForTest, type TestSynapse } from "../support/test-synapse.js";
import { until } from "../support/until.js";

const PASSWORD = "correct horse battery staple";
const PASSPHRASE = "the horse is correct";
const KEYS = 20;

function recoveryKeyOf(base64: string): string {
  return encodeRecoveryKey(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))) as string;
}

function syntheticRoomKeys() {
  return Array.from({ length: KEYS }, (_, at) => makeRoomKey(roomIdAt(at, 3)));
}

describe("A rescue copy of a backup on a real homeserver", () => {
  let synapse: TestSynapse;
  const clients: MatrixClient[] = [];

  before(async () => {
    synapse = await startSynapseForTest();
  });

  after(() => {
    for (const client of clients) client.stopClient();
  });

  async function get(device: Device, path: string): Promise<Response> {
    return fetch(`${synapse.url}/_matrix/client/v3/${path}`, {
      headers: { Authorization: `Bearer ${device.accessToken}` },
    });
  }

  async function getContent(device: Device, type: string): Promise<unknown> {
    const response = await get(device, `user/${encodeURIComponent(device.userId)}/account_data/${type}`);
    return response.ok ? response.json() : null;
  }

  async function archiveOf(device: Device, secretStorage: readonly StoredBackupKey[]): Promise<Blob> {
    const { version, etag, count, algorithm, auth_data } = await (await get(device, "room_keys/version")).json();
    const roomKeys = await (await get(device, `room_keys/keys?version=${version}`)).text();
    const header: ArchiveHeader = {
      userId: device.userId,
      madeAt: new Date().toISOString(),
      backup: { version, etag, count },
      algorithm,
      publicKey: auth_data.public_key,
      secretStorage,
    };
    return fileOf(writeArchive(header, segmentsOf([roomKeys])));
  }

  async function* roomKeysOf(archive: Blob, recoveryKey: string): AsyncGenerator<RoomKey> {
    const opened = await OpenArchive.open(archive, recoveryKey);
    for await (const { roomKeys } of opened.batches(100)) yield* roomKeys;
    opened.close();
  }

  async function newDevice(userId: string): Promise<MatrixClient> {
    const client = await openMatrixClient(synapse.url, await logIn(synapse.url, userId, PASSWORD));
    clients.push(client);
    return client;
  }

  /** A backup whose decryption key is in the secret storage alone, as clients make it. */
  async function backUpWithSecretStorage(device: Device): Promise<GeneratedSecretStorageKey> {
    let key: Uint8Array<ArrayBuffer> | null = null;
    const client = await openMatrixClient(synapse.url, device, undefined, {
      cacheSecretStorageKey: (_keyId, _description, storageKey) => {
        key = storageKey;
      },
      getSecretStorageKey: async ({ keys }) => key && [Object.keys(keys)[0] as string, key],
    });
    clients.push(client);
    await client.startClient();
    const crypto = cryptoOf(client);
    const generated = await crypto.createRecoveryKeyFromPassphrase(PASSPHRASE);
    const createSecretStorageKey = async () => generated;
    await crypto.bootstrapSecretStorage({ createSecretStorageKey, setupNewKeyBackup: true });
    await crypto.importRoomKeysAsJson(JSON.stringify(await syntheticRoomKeys()));
    const isBackedUp = async () => (await crypto.checkKeyBackupAndEnable())?.backupInfo.count === KEYS;
    await until(isBackedUp, "The room keys are not backed up");
    return generated;
  }

  it("is a key export that matrix-js-sdk takes", async function () {
    this.timeout(120_000);
    const device = await synapse.registerUser("rescuer", PASSWORD);
    const { decryptionKey } = await synapse.seedKeyBackup({ userId: device.userId, keys: 500 });
    const archive = await archiveOf(device, []);
    const file = await fileOf(writeKeyExport(roomKeysOf(archive, recoveryKeyOf(decryptionKey)), PASSPHRASE));
    const client = await newDevice(device.userId);
    await cryptoOf(client).importRoomKeysAsJson(await openKeyExport(await file.text(), PASSPHRASE));
    expect(await countRoomKeys(client)).to.equal(500);
  });

  it("opens by the recovery key, or the passphrase, that the account's secret storage has", async function () {
    this.timeout(120_000);
    const device = await synapse.registerUser("rescuer", PASSWORD);
    const { encodedPrivateKey } = await backUpWithSecretStorage(device);
    const archive = await archiveOf(device, (await findStoredBackupKeys((type) => getContent(device, type))).keys);
    for (const typed of [encodedPrivateKey as string, PASSPHRASE]) {
      const client = await newDevice(device.userId);
      const keys: RoomKey[] = [];
      for await (const roomKey of roomKeysOf(archive, typed)) keys.push(roomKey);
      await cryptoOf(client).importRoomKeysAsJson(JSON.stringify(keys));
      expect(await countRoomKeys(client)).to.equal(KEYS);
    }
  });

  it("calls what opens the account's secret storage right, also when that has no backup key any more", async function () {
    this.timeout(120_000);
    const device = await synapse.registerUser("rescuer", PASSWORD);
    const { encodedPrivateKey } = await backUpWithSecretStorage(device);
    const getData = async (type: string) => (type === "m.megolm_backup.v1" ? {} : getContent(device, type));
    const { keys } = await findStoredBackupKeys(getData);
    const archive = await archiveOf(device, keys);
    for (const typed of [encodedPrivateKey as string, PASSPHRASE]) {
      expect(await codeOf(OpenArchive.open(archive, typed))).to.equal("backup-key-not-stored");
    }
    expect(await codeOf(OpenArchive.open(archive, "another passphrase"))).to.equal("decryption-key-mismatch");
  });

  it("has no secret storage where the account has none", async () => {
    const device = await synapse.registerUser("rescuer", PASSWORD);
    expect((await findStoredBackupKeys((type) => getContent(device, type))).keys).to.deep.equal([]);
  });
});
