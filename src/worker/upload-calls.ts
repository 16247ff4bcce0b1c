/** What the worker does for an upload: it sends what the client has encrypted, and reads back what the homeserver has. It reads no room key. */
import { isTurnedOff, KEY_STORAGE_TYPES } from "../key-storage.js";
import type { EncryptedSample, SessionSample } from "../protocol.js";
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

/** Whether the backup has this session as it was sent, and not as another device did. */
export async function isKeptAsSent(
  homeserver: Homeserver,
  version: string,
  sample: EncryptedSample,
  signal: AbortSignal,
): Promise<boolean> {
  const told = (await homeserver.getSession(version, sample, signal)) as {
    readonly session_data?: { readonly ephemeral?: unknown } | null;
  } | null;
  return told?.session_data?.ephemeral === sample.ephemeral;
}

export async function isKeyStorageOff(homeserver: Homeserver, userId: string, signal: AbortSignal): Promise<boolean> {
  for (const type of KEY_STORAGE_TYPES) {
    const isOff = isTurnedOff(type, await homeserver.getAccountData(userId, type, signal));
    if (isOff !== null) return isOff;
  }
  return false;
}
