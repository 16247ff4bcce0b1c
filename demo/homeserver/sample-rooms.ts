/** Turns conversations into rooms with truly encrypted messages, and hands out the room keys that read them. */
import {
  DeviceId,
  EncryptionSettings,
  initAsync,
  OlmMachine,
  RoomId,
  UserId,
} from "@matrix-org/matrix-sdk-crypto-wasm";
import type { SyntheticRoomKey as RoomKey } from "../../test/support/room-keys.mjs";
import { SERVER_NAME } from "./accounts.js";
import type { JsonObject } from "./answer.js";
import type { Room } from "./rooms.js";
import type { Conversation } from "./sample-conversations.js";

export interface SampleRoom {
  readonly room: Room;
  /** One for each message. */
  readonly roomKeys: readonly RoomKey[];
}

const DAY = 24 * 60 * 60 * 1000;
const MINUTE = 60 * 1000;

/** One user's device of long ago, whose megolm sessions are all in the backup. */
export class Sender {
  private constructor(
    readonly userId: string,
    readonly deviceId: string,
    readonly machine: OlmMachine,
  ) {}

  static async open(localpart: string): Promise<Sender> {
    await initAsync();
    const userId = userIdOf(localpart);
    const deviceId = `LOST${localpart.toUpperCase()}`;
    return new Sender(userId, deviceId, await OlmMachine.initialize(new UserId(userId), new DeviceId(deviceId)));
  }

  /** As for `/keys/upload`. */
  async deviceKeys(): Promise<JsonObject> {
    const requests = await this.machine.outgoingRequests();
    const upload = requests.map(({ body }) => JSON.parse(body ?? "{}") as JsonObject);
    return upload.find((body) => "device_keys" in body) ?? {};
  }

  async encrypt(roomId: string, body: string): Promise<JsonObject> {
    const settings = new EncryptionSettings();
    // A session for each message, so that one can see them become readable one by one.
    settings.rotationPeriodMessages = 1n;
    await this.machine.shareRoomKey(new RoomId(roomId), [], settings);
    const content = JSON.stringify({ msgtype: "m.text", body });
    return JSON.parse(await this.machine.encryptRoomEvent(new RoomId(roomId), "m.room.message", content));
  }

  async roomKeysOf(roomId: string): Promise<RoomKey[]> {
    return JSON.parse(await this.machine.exportRoomKeys((session) => session.roomId.toString() === roomId));
  }
}

/** @param index of the room, from the one used last */
export async function makeSampleRoom(
  conversation: Conversation,
  index: number,
  senders: ReadonlyMap<string, Sender>,
): Promise<SampleRoom> {
  const roomId = `!sample${index}:${SERVER_NAME}`;
  const end = Date.now() - index * DAY;
  const timeline: JsonObject[] = [];
  const speakers = new Set<Sender>();
  for (const [position, [localpart, text]] of conversation.messages.entries()) {
    const sender = senders.get(localpart);
    if (!sender) throw new Error(`${localpart} has no device`);
    speakers.add(sender);
    const at = end - (conversation.messages.length - position) * 7 * MINUTE;
    const content = await sender.encrypt(roomId, text);
    const event_id = `$message${index}-${position}`;
    timeline.push({ type: "m.room.encrypted", event_id, sender: sender.userId, origin_server_ts: at, content });
  }
  const members = [...new Set(conversation.messages.map(([localpart]) => userIdOf(localpart)))];
  const state = stateOf(conversation.name, members, end - 30 * DAY, index);
  const roomKeys = (await Promise.all([...speakers].map((sender) => sender.roomKeysOf(roomId)))).flat();
  return { room: { roomId, members, state, timeline }, roomKeys };
}

function stateOf(name: string, members: readonly string[], at: number, room: number): JsonObject[] {
  const [creator = ""] = members;
  const event = (type: string, content: JsonObject, state_key = "", sender = creator): JsonObject => ({
    type,
    state_key,
    sender,
    content,
    event_id: `$state${room}-${type}-${state_key}`,
    origin_server_ts: at,
  });
  const joins = members.map((userId) =>
    event("m.room.member", { membership: "join", displayname: displayNameOf(userId) }, userId, userId),
  );
  return [
    event("m.room.create", { room_version: "11" }),
    ...joins,
    event("m.room.name", { name }),
    event("m.room.join_rules", { join_rule: "invite" }),
    event("m.room.history_visibility", { history_visibility: "shared" }),
    event("m.room.encryption", { algorithm: "m.megolm.v1.aes-sha2" }),
  ];
}

export function userIdOf(localpart: string): string {
  return `@${localpart}:${SERVER_NAME}`;
}

function displayNameOf(userId: string): string {
  const localpart = userId.slice(1, userId.indexOf(":"));
  return localpart.charAt(0).toUpperCase() + localpart.slice(1);
}
