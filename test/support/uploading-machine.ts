/** The uploads of a crypto store for a test: what it holds as not backed up goes up, some keys at a time, as with crypto-wasm. */
import { uploadsOf } from "../../src/machine-uploads.js";
import type { TestHost } from "./test-host.js";

const AT_ONCE = 10;

/** From now on the host's uploads can be driven. */
export function withUploads(host: TestHost): void {
  let pending: { id: string; sessions: readonly string[] } | null = null;
  const machine = {
    async backupRoomKeys() {
      const sessions = pending?.sessions ?? [...host.notBackedUp].slice(0, AT_ONCE);
      if (host.uploadsTo === null || sessions.length === 0) return undefined;
      pending ??= { id: crypto.randomUUID(), sessions };
      return { id: pending.id, type: 6, version: host.uploadsTo, body: bodyOf(host, sessions), free() {} };
    },
    async markRequestAsSent(id: string) {
      if (pending?.id !== id) return;
      for (const session of pending.sessions) host.notBackedUp.delete(session);
      pending = null;
    },
  };
  Object.assign(host.cryptoStore, uploadsOf(machine));
}

function bodyOf(host: TestHost, sessions: readonly string[]): string {
  const rooms: Record<string, { sessions: Record<string, object> }> = {};
  for (const session of sessions) {
    const roomId = host.imported.get(session)?.room_id ?? "";
    rooms[roomId] ??= { sessions: {} };
    rooms[roomId].sessions[session] = {
      first_message_index: 0,
      forwarded_count: 0,
      is_verified: false,
      session_data: {},
    };
  }
  return JSON.stringify({ rooms });
}
