/** Device keys, cross-signing keys and to-device messages: what one device must know to trust and reach another. */
import type { Accounts, Device } from "./accounts.js";
import { isJsonObject, type Json, type JsonObject, objectIn } from "./answer.js";
import type { News } from "./news.js";
import type { Routes } from "./routes.js";

const CROSS_SIGNING = ["master_key", "self_signing_key", "user_signing_key"] as const;

interface ToDeviceMessage {
  readonly position: number;
  readonly event: JsonObject;
}

interface KnownUser {
  readonly devices: Map<string, JsonObject>;
  readonly crossSigning: Map<string, JsonObject>;
  /** Position of the last change. */
  changed: number;
}

export class DeviceKeys {
  readonly #users = new Map<string, KnownUser>();
  readonly #oneTimeKeys = new Map<string, Set<string>>();
  readonly #messages = new Map<string, ToDeviceMessage[]>();
  readonly #news: News;

  constructor(news: News) {
    this.#news = news;
  }

  /** As `/keys/upload` takes it. */
  upload({ userId, deviceId }: Pick<Device, "userId" | "deviceId">, body: JsonObject): void {
    const known = this.#oneTimeKeys.get(deviceId) ?? new Set();
    this.#oneTimeKeys.set(deviceId, known);
    if (isJsonObject(body.one_time_keys)) for (const id of Object.keys(body.one_time_keys)) known.add(id);
    if (!isJsonObject(body.device_keys)) return;
    this.#user(userId).devices.set(deviceId, body.device_keys);
    this.#change(userId);
  }

  uploadCrossSigning(userId: string, body: JsonObject): void {
    for (const name of CROSS_SIGNING) {
      const key = body[name];
      if (isJsonObject(key)) this.#user(userId).crossSigning.set(`${name}s`, key);
    }
    this.#change(userId);
  }

  /** As `/keys/signatures/upload` takes it: whole objects, of which only the signatures are new. */
  sign(userId: string, signed: JsonObject): void {
    const { devices, crossSigning } = this.#user(userId);
    for (const [id, object] of Object.entries(signed)) {
      if (!isJsonObject(object)) continue;
      const device = devices.get(id);
      if (device) devices.set(id, withSignatures(device, object));
      for (const [name, key] of crossSigning) {
        if (isJsonObject(key.keys) && `ed25519:${id}` in key.keys) crossSigning.set(name, withSignatures(key, object));
      }
    }
    this.#change(userId);
  }

  query(userIds: readonly string[]): JsonObject {
    const answer: Record<string, Record<string, Json>> = { device_keys: {} };
    for (const userId of userIds) {
      const { devices, crossSigning } = this.#user(userId);
      answer.device_keys = { ...answer.device_keys, [userId]: Object.fromEntries(devices) };
      for (const [name, key] of crossSigning) answer[name] = { ...answer[name], [userId]: key };
    }
    return { ...answer, failures: {} };
  }

  oneTimeKeyCounts(deviceId: string): JsonObject {
    return { signed_curve25519: this.#oneTimeKeys.get(deviceId)?.size ?? 0 };
  }

  changedAfter(since: number, userIds: readonly string[]): string[] {
    return userIds.filter((userId) => this.#user(userId).changed > since);
  }

  send(deviceId: string, event: JsonObject): void {
    const messages = this.#messages.get(deviceId) ?? [];
    messages.push({ position: this.#news.position + 1, event });
    this.#messages.set(deviceId, messages);
    this.#news.add();
  }

  /** The messages for this device, of which those up to `since` have arrived. */
  receive(deviceId: string, since: number): JsonObject[] {
    const messages = (this.#messages.get(deviceId) ?? []).filter(({ position }) => position > since);
    this.#messages.set(deviceId, messages);
    return messages.map(({ event }) => event);
  }

  forget({ userId, deviceId }: Device): void {
    this.#user(userId).devices.delete(deviceId);
    this.#messages.delete(deviceId);
    this.#change(userId);
  }

  #user(userId: string): KnownUser {
    const user = this.#users.get(userId) ?? { devices: new Map(), crossSigning: new Map(), changed: 0 };
    this.#users.set(userId, user);
    return user;
  }

  #change(userId: string): void {
    this.#user(userId).changed = this.#news.position + 1;
    this.#news.add();
  }
}

function withSignatures(object: JsonObject, signed: JsonObject): JsonObject {
  const signatures = { ...(isJsonObject(object.signatures) ? object.signatures : {}) };
  for (const [userId, added] of Object.entries(isJsonObject(signed.signatures) ? signed.signatures : {})) {
    const before = signatures[userId];
    signatures[userId] = { ...(isJsonObject(before) ? before : {}), ...(isJsonObject(added) ? added : {}) };
  }
  return { ...object, signatures };
}

export function serveDeviceKeys(routes: Routes, accounts: Accounts, keys: DeviceKeys): void {
  const v3 = "/_matrix/client/v3";
  const upload = accounts.for(({ body }, device) => {
    keys.upload(device, body);
    return { one_time_key_counts: keys.oneTimeKeyCounts(device.deviceId) };
  });
  const uploadSignatures = accounts.for(({ body }) => {
    for (const [userId, signed] of Object.entries(body)) if (isJsonObject(signed)) keys.sign(userId, signed);
    return { failures: {} };
  });
  const uploadCrossSigning = accounts.for(({ body }, { userId }) => {
    keys.uploadCrossSigning(userId, body);
    return {};
  });
  const query = accounts.for(({ body }) => keys.query(Object.keys(objectIn(body, "device_keys"))));
  routes.on("POST", `${v3}/keys/upload`, upload);
  routes.on("POST", `${v3}/keys/query`, query);
  routes.on("POST", `${v3}/keys/signatures/upload`, uploadSignatures);
  routes.on("POST", `${v3}/keys/device_signing/upload`, uploadCrossSigning);
  // Nobody else is ever online here, so nobody opens a new Olm session.
  const claim = accounts.for(() => ({ one_time_keys: {}, failures: {} }));
  routes.on("POST", `${v3}/keys/claim`, claim);
  serveToDevice(routes, accounts, keys);
}

function serveToDevice(routes: Routes, accounts: Accounts, keys: DeviceKeys): void {
  const send = accounts.for((request, { userId: sender }) => {
    const type = request.parameter("type");
    for (const [userId, messages] of Object.entries(objectIn(request.body, "messages"))) {
      if (!isJsonObject(messages)) continue;
      for (const [deviceId, content] of Object.entries(messages)) {
        const all = accounts.devicesOf(userId).map((device) => device.deviceId);
        for (const one of deviceId === "*" ? all : [deviceId]) keys.send(one, { type, sender, content });
      }
    }
    return {};
  });
  routes.on("PUT", "/_matrix/client/v3/sendToDevice/{type}/{transactionId}", send);
}
