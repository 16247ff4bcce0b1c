/** A room with real messages, as a matrix-js-sdk client sends and reads them. */
import { EventType, type MatrixClient, type MatrixEvent, Preset } from "matrix-js-sdk";
import { cryptoOf } from "./client-crypto.js";
import { until } from "./until.js";

/** Of a client that syncs. Resolves when it can be written to. */
export async function createEncryptedRoom(client: MatrixClient): Promise<string> {
  const { room_id } = await client.createRoom({
    preset: Preset.PrivateChat,
    initial_state: [{ type: EventType.RoomEncryption, state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } }],
  });
  const isThere = async () =>
    client.getRoom(room_id) !== null && (await cryptoOf(client).isEncryptionEnabledInRoom(room_id));
  await until(isThere, "the room is synced");
  return room_id;
}

/** For all requests of a client: room keys that it fetches on demand are refused, and written down. What it uploads is let through. */
export function withoutRoomKeys(refused: string[]): typeof fetch {
  return (resource, options) => {
    const { pathname } = new URL(resource instanceof Request ? resource.url : resource);
    const isUpload = (options?.method ?? "GET") !== "GET";
    if (isUpload || !pathname.includes("/room_keys/keys")) return fetch(resource, options);
    refused.push(pathname);
    return Promise.reject(new TypeError("Room keys are not fetched on demand in this test"));
  };
}

/** As far as they are synced, oldest first. */
export function messagesIn(client: MatrixClient, roomId: string): MatrixEvent[] {
  const events = client.getRoom(roomId)?.getLiveTimeline().getEvents() ?? [];
  return events.filter((event) => event.getWireType() === EventType.RoomMessageEncrypted);
}

export function isUnreadable(event: MatrixEvent): boolean {
  return !event.isBeingDecrypted() && event.isDecryptionFailure();
}

export function isReadable(event: MatrixEvent): boolean {
  return !event.isBeingDecrypted() && !event.isDecryptionFailure() && event.getType() === EventType.RoomMessage;
}
