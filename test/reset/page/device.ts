/** A host's page: a client with its crypto store on this device, and `<key-backup-sync>`, at once, as after every reload. */
import "../../../components/index.js";
import { KeyBackupSyncError, type KeyBackupSyncState, replacedBy, syncOf } from "../../../src/index.js";
import { createEncryptedRoom, isReadable, messagesIn } from "../../support/encrypted-room.js";
import { cryptoOf } from "../../support/matrix-client.js";
import { until } from "../../support/until.js";
import { openMachinePeer } from "./machine-peer.js";
import { openMatrixPeer } from "./matrix-peer.js";
import type { Peer } from "./peer.js";
import { agreeToReset, agreeToSignOut, pressOnCard } from "./person.js";
import type { DeviceParameters, Shown } from "./wire.js";

const parameters = Object.fromEntries(new URLSearchParams(location.search)) as unknown as DeviceParameters;
const { adapter, guard } = parameters;

/** No press of a user is behind what a test calls, as with a reset that the client starts by itself. */
Object.defineProperty(navigator, "userActivation", { value: { isActive: false } });

const matrix = adapter === "matrix-client" ? await openMatrixPeer(parameters) : null;
const peer: Peer = matrix ?? (await openMachinePeer(parameters));
const element = document.createElement("key-backup-sync");
element.lang = "en";
element.addEventListener("key-backup-state-change", ({ state }) => {
  void globalThis.tellNode({ type: "shown", shown: shownOf(state) });
});
peer.showIn(element);
document.body.append(element);

function shownOf(state: KeyBackupSyncState): Shown {
  const { downloaded = 0, total = 0 } = syncOf(state)?.progress ?? {};
  const reason = state.status === "failed" ? state.error.code : "reason" in state ? state.reason : null;
  return {
    status: state.status,
    reason,
    downloaded,
    total,
    locked: replacedBy(state)?.locked ?? 0,
    uploading: state.uploading ?? null,
  };
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    return error instanceof KeyBackupSyncError ? error.code : String(error);
  }
}

function clientOf() {
  if (!matrix) throw new Error("Only a matrix-js-sdk client has rooms here");
  return matrix.client;
}

globalThis.resetDevice = {
  reset(way, answer) {
    const call = peer.reset(way);
    return outcomeOf(guard === "none" ? call : agreeToReset(element, answer, call));
  },
  learn: (backup) => peer.learn(backup),
  unlock: (recoveryKey) => outcomeOf(peer.controller().unlock(recoveryKey)),
  present: () => peer.present(),
  press: (button) => pressOnCard(element, button),
  shown: () => shownOf(peer.controller().state),
  sessions: () => peer.sessions(),
  async signOut(answer) {
    const mayGo = await agreeToSignOut(element, answer, element.confirmLogout());
    if (mayGo) await peer.signOut();
    return mayGo;
  },
  async say(messages) {
    const client = clientOf();
    await client.startClient();
    const roomId = await createEncryptedRoom(client);
    for (const message of messages) {
      await cryptoOf(client).forceDiscardSession(roomId);
      await client.sendTextMessage(roomId, message);
    }
    return roomId;
  },
  async read(roomId, count) {
    const client = clientOf();
    await client.startClient({ initialSyncLimit: count + 20 });
    const messages = () => messagesIn(client, roomId);
    await until(() => messages().length === count && messages().every(isReadable), "messages, all readable");
    return messages().map((message) => message.getContent().body);
  },
};
