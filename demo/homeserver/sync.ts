/** `/sync`, as a long poll. */
import type { AccountData } from "./account-data.js";
import type { Accounts, Device } from "./accounts.js";
import type { JsonObject, MatrixRequest } from "./answer.js";
import type { DeviceKeys } from "./device-keys.js";
import type { News } from "./news.js";
import type { Room, Rooms } from "./rooms.js";
import type { Routes } from "./routes.js";

export interface SyncService {
  readonly accounts: Accounts;
  readonly accountData: AccountData;
  readonly deviceKeys: DeviceKeys;
  readonly news: News;
  readonly rooms: Rooms;
}

export function serveSync(routes: Routes, service: SyncService): void {
  const endpoint = service.accounts.for((request, device) => sync(service, request, device));
  routes.on("GET", "/_matrix/client/v3/sync", endpoint);
}

async function sync(service: SyncService, { query, signal }: MatrixRequest, device: Device): Promise<JsonObject> {
  const since = Number(query.get("since") ?? 0);
  if (since > 0) await service.news.after(since, Number(query.get("timeout") ?? 0), signal);
  const { accountData, deviceKeys, news, rooms } = service;
  const { userId, deviceId } = device;
  const members = rooms.of(userId).flatMap((room) => room.members);
  return {
    next_batch: String(news.position),
    account_data: { events: accountData.after(since, userId) },
    to_device: { events: deviceKeys.receive(deviceId, since) },
    device_lists: { changed: deviceKeys.changedAfter(since, [...new Set([userId, ...members])]), left: [] },
    device_one_time_keys_count: deviceKeys.oneTimeKeyCounts(deviceId),
    device_unused_fallback_key_types: ["signed_curve25519"],
    rooms: { join: since > 0 ? {} : Object.fromEntries(rooms.of(userId).map(joined)), invite: {}, leave: {} },
  };
}

function joined({ roomId, state, timeline }: Room): [string, JsonObject] {
  const noCount = { highlight_count: 0, notification_count: 0 };
  return [
    roomId,
    {
      state: { events: state },
      timeline: { events: timeline, limited: false, prev_batch: "start" },
      account_data: { events: [] },
      ephemeral: { events: [] },
      unread_notifications: noCount,
    },
  ];
}
