/**
 * Key backups of one account, in memory: versions, and the encrypted room keys in them. It knows nothing of HTTP.
 * @see https://spec.matrix.org/v1.16/client-server-api/#server-side-key-backups
 */
import type { Json, JsonObject } from "./answer.js";

/** What the homeserver keeps of a room key; more may be in it. */
export interface BackedUpRoomKey extends JsonObject {
  readonly first_message_index: number;
  readonly forwarded_count: number;
  readonly is_verified: boolean;
  readonly session_data: JsonObject;
}

export class KeyBackup {
  readonly #rooms = new Map<string, Map<string, BackedUpRoomKey>>();
  #changes = 0;

  constructor(
    readonly version: string,
    readonly algorithm: string,
    public authData: JsonObject,
  ) {}

  get count(): number {
    return [...this.#rooms.values()].reduce((sum, { size }) => sum + size, 0);
  }

  get etag(): string {
    return String(this.#changes);
  }

  get info(): JsonObject {
    const { version, algorithm, authData, count, etag } = this;
    return { algorithm, auth_data: authData, count, etag, version };
  }

  /** In the order in which the first room key of each came. */
  get roomIds(): Iterable<string> {
    return this.#rooms.keys();
  }

  /** By session. */
  roomKeys(roomId: string): ReadonlyMap<string, BackedUpRoomKey> {
    return this.#rooms.get(roomId) ?? new Map();
  }

  put(roomId: string, sessionId: string, roomKey: BackedUpRoomKey): void {
    const sessions = this.#rooms.get(roomId) ?? new Map<string, BackedUpRoomKey>();
    const before = sessions.get(sessionId);
    if (before && !isBetter(roomKey, before)) return;
    this.#rooms.set(roomId, sessions.set(sessionId, roomKey));
    this.#changes += 1;
  }

  /** Without a session all of the room, without a room all. */
  delete(roomId?: string, sessionId?: string): void {
    if (roomId === undefined) this.#rooms.clear();
    else if (sessionId === undefined) this.#rooms.delete(roomId);
    else this.#rooms.get(roomId)?.delete(sessionId);
    this.#changes += 1;
  }
}

export class KeyBackups {
  readonly #versions = new Map<string, KeyBackup>();
  #lastVersion = 0;

  create(algorithm: string, authData: JsonObject): KeyBackup {
    this.#lastVersion += 1;
    const backup = new KeyBackup(String(this.#lastVersion), algorithm, authData);
    this.#versions.set(backup.version, backup);
    return backup;
  }

  get current(): KeyBackup | undefined {
    return [...this.#versions.values()].at(-1);
  }

  get(version: string): KeyBackup | undefined {
    return this.#versions.get(version);
  }

  delete(version: string): void {
    this.#versions.delete(version);
  }
}

/** @see https://spec.matrix.org/v1.16/client-server-api/#backup-algorithm-mmegolm_backupv1curve25519-aes-sha2 */
function isBetter(now: BackedUpRoomKey, before: BackedUpRoomKey): boolean {
  if (now.is_verified !== before.is_verified) return now.is_verified;
  if (now.first_message_index !== before.first_message_index) {
    return now.first_message_index < before.first_message_index;
  }
  return now.forwarded_count < before.forwarded_count;
}

export function isBackedUpRoomKey(value: Json | undefined): value is BackedUpRoomKey {
  if (typeof value !== "object" || value === null) return false;
  const { first_message_index, forwarded_count, is_verified, session_data } = value as JsonObject;
  return (
    typeof first_message_index === "number" &&
    typeof forwarded_count === "number" &&
    typeof is_verified === "boolean" &&
    typeof session_data === "object"
  );
}
