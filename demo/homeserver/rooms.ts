/** The rooms that the accounts are in. They stand still: what is in them was there from the start. */
import type { Accounts } from "./accounts.js";
import { type JsonObject, notFound } from "./answer.js";
import type { Routes } from "./routes.js";

export interface Room {
  readonly roomId: string;
  /** By user ID. */
  readonly members: readonly string[];
  readonly state: readonly JsonObject[];
  readonly timeline: readonly JsonObject[];
}

export class Rooms {
  readonly #rooms = new Map<string, Room>();

  add(room: Room): void {
    this.#rooms.set(room.roomId, room);
  }

  of(userId: string): Room[] {
    return [...this.#rooms.values()].filter(({ members }) => members.includes(userId));
  }

  /** @throws MatrixError if the user is not in it */
  get(roomId: string, userId: string): Room {
    const room = this.#rooms.get(roomId);
    if (!room?.members.includes(userId)) throw notFound("Room not found");
    return room;
  }
}

export function serveRooms(routes: Routes, accounts: Accounts, rooms: Rooms): void {
  const v3 = "/_matrix/client/v3";
  const joined = accounts.for((_, { userId }) => ({ joined_rooms: rooms.of(userId).map(({ roomId }) => roomId) }));
  routes.on("GET", `${v3}/joined_rooms`, joined);
  const inRoom = (path: string, read: (room: Room) => JsonObject) => {
    const endpoint = accounts.for((it, { userId }) => read(rooms.get(it.parameter("roomId"), userId)));
    routes.on("GET", `${v3}/rooms/{roomId}/${path}`, endpoint);
  };
  inRoom("members", ({ state }) => ({ chunk: state.filter(({ type }) => type === "m.room.member") }));
  inRoom("joined_members", ({ members }) => ({ joined: Object.fromEntries(members.map((userId) => [userId, {}])) }));
  // The timeline is whole in the first sync: there is nothing before it.
  inRoom("messages", ({ state }) => ({ start: "start", chunk: [], state }));
}
