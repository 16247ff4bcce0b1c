import { expect } from "@open-wc/testing";
import { EventType, type MatrixClient, Preset } from "matrix-js-sdk";
import { fromMatrixClient } from "../../src/index.js";
import { cryptoOf, logIn, openMatrixClient } from "../support/matrix-client.js";
import { startSynapseForTest } from "../support/test-synapse.js";
import { until } from "../support/until.js";

const PASSWORD = "correct horse battery staple";

async function createEncryptedRoom(client: MatrixClient): Promise<string> {
  const { room_id } = await client.createRoom({
    preset: Preset.PrivateChat,
    initial_state: [{ type: EventType.RoomEncryption, state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } }],
  });
  const isThere = async () =>
    client.getRoom(room_id) !== null && (await cryptoOf(client).isEncryptionEnabledInRoom(room_id));
  await until(isThere, "The room is not synced");
  return room_id;
}

describe("A client that syncs messages it cannot read", () => {
  const clients: MatrixClient[] = [];

  after(() => {
    for (const client of clients) client.stopClient();
  });

  /** Another device, which gets no room key of the first: that one had said all before, and trusts none afterwards. */
  async function openDevices(): Promise<{ first: MatrixClient; logInAgain(): Promise<MatrixClient> }> {
    const synapse = await startSynapseForTest();
    const user = await synapse.registerUser("writer", PASSWORD);
    const first = await openMatrixClient(synapse.url, user);
    clients.push(first);
    await first.startClient();
    const logInAgain = async () => {
      cryptoOf(first).globalBlacklistUnverifiedDevices = true;
      const second = await openMatrixClient(synapse.url, await logIn(synapse.url, user.userId, PASSWORD));
      clients.push(second);
      return second;
    };
    return { first, logInAgain };
  }

  it("tells of their rooms, the one that was active last first, and of each new one", async () => {
    const { first, logInAgain } = await openDevices();
    const older = await createEncryptedRoom(first);
    const newer = await createEncryptedRoom(first);
    const silent = await createEncryptedRoom(first);
    // Not in the order in which they were created.
    await first.sendTextMessage(newer, "Good morning");
    await first.sendTextMessage(older, "Good evening");
    await first.sendTextMessage(newer, "Good night");

    const second = await logInAgain();
    const { rooms } = fromMatrixClient(second);
    const fromTheStart = new Set<string>();
    const unsubscribe = rooms.onUndecryptable((roomId) => fromTheStart.add(roomId));
    await second.startClient({ initialSyncLimit: 10 });
    // The client takes in one room after the other, and decrypts the first while others are still to come.
    const hasAll = () => second.isInitialSyncComplete() && fromTheStart.size === 2;
    await until(hasAll, "A room is not told of");
    expect([...fromTheStart]).to.have.members([older, newer]);
    expect(await rooms.known()).to.have.members([older, newer, silent]);
    unsubscribe();

    const later: string[] = [];
    rooms.onUndecryptable((roomId) => later.push(roomId));
    await Promise.resolve();
    expect(later).to.deep.equal([newer, older]);

    await first.sendTextMessage(silent, "Is anybody there?");
    // A client may try a message again, and tell of a room once more.
    await until(() => later.includes(silent), "The new message is not told of");
    expect([...fromTheStart]).to.have.members([older, newer]);
  });
});
