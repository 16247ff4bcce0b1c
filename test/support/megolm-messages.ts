/** Room keys of real megolm sessions, each with a message that only this key decrypts. */
import {
  DeviceId,
  EncryptionSettings,
  initAsync,
  OlmMachine,
  RoomId,
  UserId,
} from "@matrix-org/matrix-sdk-crypto-wasm";
import type { SyntheticRoomKey } from "./room-keys.mjs";

const SENDER = "@sender:localhost";

export interface SpokenRoomKey {
  readonly roomKey: SyntheticRoomKey;
  /** As the homeserver has it. */
  readonly event: EncryptedMessage;
  readonly body: string;
}

export interface EncryptedMessage {
  readonly type: string;
  readonly event_id: string;
  readonly room_id: string;
  readonly sender: string;
  readonly origin_server_ts: number;
  readonly content: { readonly session_id: string };
}

export async function makeSpokenRoomKeys(count: number, roomId: string): Promise<readonly SpokenRoomKey[]> {
  await initAsync();
  const machine = await OlmMachine.initialize(new UserId(SENDER), new DeviceId("SENDER"));
  const events: EncryptedMessage[] = [];
  for (let at = 0; at < count; at++) events.push(await say(machine, roomId, `message ${at}`));
  const roomKeys = JSON.parse(await machine.exportRoomKeys(() => true)) as Record<string, unknown>[];
  machine.close();
  return events.map((event, at) => {
    const exported = roomKeys.find(({ session_id }) => session_id === event.content.session_id);
    // What it says of sharing is for each test to say.
    const { "m.shared_history": _shared, ...roomKey } = exported ?? {};
    return { roomKey: roomKey as unknown as SyntheticRoomKey, event, body: `message ${at}` };
  });
}

/** With a session of its own. */
async function say(machine: OlmMachine, roomId: string, body: string): Promise<EncryptedMessage> {
  await machine.invalidateGroupSession(new RoomId(roomId));
  await machine.shareRoomKey(new RoomId(roomId), [], new EncryptionSettings());
  const message = JSON.stringify({ msgtype: "m.text", body });
  const content = JSON.parse(await machine.encryptRoomEvent(new RoomId(roomId), "m.room.message", message));
  const event_id = `$${crypto.randomUUID()}`;
  return { type: "m.room.encrypted", event_id, room_id: roomId, sender: SENDER, origin_server_ts: 1, content };
}
