/** What the worker does for an upload: it sends what the client has encrypted, and reads back what the homeserver has. It reads no room key. */
import { isTurnedOff, KEY_STORAGE_TYPES } from "../key-storage.js";
import type { SessionSample } from "../protocol.js";
import type { Homeserver } from "./homeserver.js";

export async function hasSessions(
  homeserver: Homeserver,
  version: string,
  sessions: readonly SessionSample[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const session of sessions) {
    const told = (await homeserver.getSession(version, session, signal)) as { first_message_index?: unknown } | null;
    const index = told?.first_message_index;
    if (typeof index !== "number" || index > session.firstMessageIndex) return false;
  }
  return true;
}

export async function isKeyStorageOff(homeserver: Homeserver, userId: string, signal: AbortSignal): Promise<boolean> {
  for (const type of KEY_STORAGE_TYPES) {
    const isOff = isTurnedOff(type, await homeserver.getAccountData(userId, type, signal));
    if (isOff !== null) return isOff;
  }
  return false;
}
