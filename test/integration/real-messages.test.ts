import { expect, fixture, html } from "@open-wc/testing";
import type { MatrixClient } from "matrix-js-sdk";
import type { KeyBackupSyncElement } from "../../components/index.js";
import "../../components/index.js";
import { controllerFor } from "../../src/index.js";
import {
  createEncryptedRoom,
  isReadable,
  isUnreadable,
  messagesIn,
  withoutRoomKeys,
} from "../support/encrypted-room.js";
import { countRoomKeys, cryptoOf, logIn, openMatrixClient } from "../support/matrix-client.js";
import { startSynapseForTest, type TestSynapse } from "../support/test-synapse.js";
import { until } from "../support/until.js";
import { whenShown } from "../support/when-shown.js";

const PASSWORD = "correct horse battery staple";
const SESSIONS = 3;
const MESSAGES = [
  "Good morning",
  "Did the keys arrive?",
  "All of them",
  "Even the old ones?",
  "Even those",
  "Good night",
];
/** matrix-js-sdk waits up to ten seconds before it uploads a room key. */

interface BackedUp {
  readonly roomId: string;
  readonly decryptionKey: Uint8Array;
  readonly version: string;
}

/** The first device: says what there is to say, each pair of messages with a room key of its own, and backs up the keys. */
async function sayAll(client: MatrixClient): Promise<BackedUp> {
  const crypto = cryptoOf(client);
  await client.startClient();
  await crypto.resetKeyBackup();
  const roomId = await createEncryptedRoom(client);
  for (const [index, message] of MESSAGES.entries()) {
    if (index % (MESSAGES.length / SESSIONS) === 0) await crypto.forceDiscardSession(roomId);
    await client.sendTextMessage(roomId, message);
  }
  await until(
    async () => (await crypto.checkKeyBackupAndEnable())?.backupInfo.count === SESSIONS,
    "The room keys are not backed up",
  );
  const decryptionKey = await crypto.getSessionBackupPrivateKey();
  const version = await crypto.getActiveSessionBackupVersion();
  if (!decryptionKey || version === null) throw new Error("The first device has no backup");
  return { roomId, decryptionKey, version };
}

describe("Real messages", () => {
  let synapse: TestSynapse;
  const clients: MatrixClient[] = [];

  async function opened(client: Promise<MatrixClient>): Promise<MatrixClient> {
    clients.push(await client);
    return client;
  }

  before(async () => {
    synapse = await startSynapseForTest();
  });

  after(() => {
    for (const client of clients) {
      controllerFor(client).close();
      client.stopClient();
    }
  });

  it("can be read on a new device once the element is complete, without any key fetched on demand", async function () {
    this.timeout(120_000);
    const user = await synapse.registerUser("writer", PASSWORD);
    const first = await opened(openMatrixClient(synapse.url, user));
    const { roomId, decryptionKey, version } = await sayAll(first);
    // So that it can give the new device no key itself.
    first.stopClient();

    const refused: string[] = [];
    const device = await logIn(synapse.url, user.userId, PASSWORD);
    const second = await opened(openMatrixClient(synapse.url, device, withoutRoomKeys(refused)));
    await cryptoOf(second).storeSessionBackupPrivateKey(decryptionKey, version);
    await cryptoOf(second).checkKeyBackupAndEnable();
    await second.startClient({ initialSyncLimit: 100 });
    const messages = () => messagesIn(second, roomId);
    await until(() => messages().length === MESSAGES.length, "The messages are not synced");
    await until(() => messages().every(isUnreadable), "A message is not told unreadable");
    await until(() => refused.length > 0, "The SDK fetches no key on demand");
    expect(await countRoomKeys(second)).to.equal(0);

    const element = await fixture<KeyBackupSyncElement>(html`
      <key-backup-sync lang="en" .client=${second}></key-backup-sync>
    `);
    const { progress } = await whenShown(element, "complete");
    expect(progress.imported).to.equal(SESSIONS);
    await until(() => messages().every(isReadable), "A message cannot be read");
    expect(messages().map((message) => message.getContent().body)).to.deep.equal(MESSAGES);
  });
});
