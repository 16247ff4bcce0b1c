/** `/room_keys/version` and `/room_keys/keys` over the key backups of each account. */
import type { Accounts } from "./accounts.js";
import { type JsonObject, MatrixError, type MatrixRequest, notFound, objectIn, stringIn } from "./answer.js";
import { isBackedUpRoomKey, type KeyBackup, type KeyBackups } from "./key-backup.js";
import type { Line } from "./line.js";
import type { Routes } from "./routes.js";

const VERSION = "/_matrix/client/v3/room_keys/version";
const KEYS = "/_matrix/client/v3/room_keys/keys";

export interface KeyBackupService {
  readonly accounts: Accounts;
  readonly line: Line;
  /** Resolves when the account is ready to be asked for its backup. */
  keyBackupsOf(userId: string): Promise<KeyBackups>;
}

export function serveKeyBackups(routes: Routes, service: KeyBackupService): void {
  serveVersions(routes, service);
  serveDownload(routes, service);
  serveChanges(routes, service);
}

function serveVersions(routes: Routes, { accounts, keyBackupsOf }: KeyBackupService): void {
  const create = accounts.for(async ({ body }, { userId }) => {
    const backups = await keyBackupsOf(userId);
    return { version: backups.create(stringIn(body, "algorithm"), objectIn(body, "auth_data")).version };
  });
  const readCurrent = accounts.for(async (_, { userId }) => {
    const { current } = await keyBackupsOf(userId);
    if (!current) throw notFound("No current backup version");
    return current.info;
  });
  const read = accounts.for(async (request, { userId }) => named(request, await keyBackupsOf(userId)).info);
  const update = accounts.for(async (request, { userId }) => {
    named(request, await keyBackupsOf(userId)).authData = objectIn(request.body, "auth_data");
    return {};
  });
  const remove = accounts.for(async (request, { userId }) => {
    const backups = await keyBackupsOf(userId);
    backups.delete(named(request, backups).version);
    return {};
  });
  routes.on("POST", VERSION, create);
  routes.on("GET", VERSION, readCurrent);
  routes.on("GET", `${VERSION}/{version}`, read);
  routes.on("PUT", `${VERSION}/{version}`, update);
  routes.on("DELETE", `${VERSION}/{version}`, remove);
}

function serveDownload(routes: Routes, { accounts, keyBackupsOf, line }: KeyBackupService): void {
  const readAll = accounts.for(async (request, { userId }) => {
    const backup = asked(request, await keyBackupsOf(userId));
    await line.prepareRoomKeys(request.signal);
    return allRoomKeys(backup);
  });
  const readRoom = accounts.for(async (request, { userId }) => {
    const backup = asked(request, await keyBackupsOf(userId));
    await line.prepareRoomKeys(request.signal);
    return ofOneRoom(backup, request.parameter("roomId"));
  });
  const readSession = accounts.for(async (request, { userId }) => {
    const backup = asked(request, await keyBackupsOf(userId));
    const roomKey = backup.roomKeys(request.parameter("roomId")).get(request.parameter("sessionId"));
    if (!roomKey) throw notFound("No room_keys found");
    return roomKey;
  });
  routes.on("GET", KEYS, readAll);
  routes.on("GET", `${KEYS}/{roomId}`, readRoom);
  routes.on("GET", `${KEYS}/{roomId}/{sessionId}`, readSession);
}

async function* allRoomKeys(backup: KeyBackup): AsyncGenerator<string> {
  let separator = '{"rooms":{';
  for (const roomId of backup.roomIds) {
    yield `${separator}${JSON.stringify(roomId)}:`;
    yield* ofOneRoom(backup, roomId);
    separator = ",";
  }
  yield separator === "," ? "}}" : `${separator}}}`;
}

async function* ofOneRoom(backup: KeyBackup, roomId: string): AsyncGenerator<string> {
  let separator = "";
  yield '{"sessions":{';
  for (const [sessionId, roomKey] of backup.roomKeys(roomId)) {
    yield `${separator}${JSON.stringify(sessionId)}:${JSON.stringify(roomKey)}`;
    separator = ",";
  }
  yield "}}";
}

function serveChanges(routes: Routes, { accounts, keyBackupsOf }: KeyBackupService): void {
  const changing = (path: string, change: (request: MatrixRequest, backup: KeyBackup) => void, method: string) => {
    const endpoint = accounts.for(async (request, { userId }) => {
      const backup = toBeChanged(request, await keyBackupsOf(userId));
      change(request, backup);
      return { count: backup.count, etag: backup.etag };
    });
    routes.on(method, path, endpoint);
  };
  changing(KEYS, ({ body }, backup) => putRooms(backup, body), "PUT");
  changing(`${KEYS}/{roomId}`, (it, backup) => putRoom(backup, it.parameter("roomId"), it.body), "PUT");
  changing(`${KEYS}/{roomId}/{sessionId}`, putOne, "PUT");
  changing(KEYS, (_, backup) => backup.delete(), "DELETE");
  changing(`${KEYS}/{roomId}`, (it, backup) => backup.delete(it.parameter("roomId")), "DELETE");
  const removeOne = (it: MatrixRequest, backup: KeyBackup) =>
    backup.delete(it.parameter("roomId"), it.parameter("sessionId"));
  changing(`${KEYS}/{roomId}/{sessionId}`, removeOne, "DELETE");
}

function putRooms(backup: KeyBackup, body: JsonObject): void {
  const rooms = objectIn(body, "rooms");
  for (const roomId of Object.keys(rooms)) putRoom(backup, roomId, objectIn(rooms, roomId));
}

function putRoom(backup: KeyBackup, roomId: string, room: JsonObject): void {
  for (const [sessionId, roomKey] of Object.entries(objectIn(room, "sessions"))) {
    if (!isBackedUpRoomKey(roomKey)) throw new MatrixError(400, "M_BAD_JSON", "This is not a backed-up room key");
    backup.put(roomId, sessionId, roomKey);
  }
}

function putOne(request: MatrixRequest, backup: KeyBackup): void {
  const sessions = { [request.parameter("sessionId")]: request.body };
  putRoom(backup, request.parameter("roomId"), { sessions });
}

function named(request: MatrixRequest, backups: KeyBackups): KeyBackup {
  const backup = backups.get(request.parameter("version"));
  if (!backup) throw notFound("Unknown backup version");
  return backup;
}

function asked({ query }: MatrixRequest, backups: KeyBackups): KeyBackup {
  const backup = backups.get(query.get("version") ?? "");
  if (!backup) throw notFound("Unknown backup version");
  return backup;
}

function toBeChanged(request: MatrixRequest, backups: KeyBackups): KeyBackup {
  const backup = asked(request, backups);
  if (backup === backups.current) return backup;
  const details = { current_version: backups.current?.version ?? "" };
  throw new MatrixError(403, "M_WRONG_ROOM_KEYS_VERSION", "This is not the current backup version", details);
}
