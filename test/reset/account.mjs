/** An account of the reset test: which room keys it ever had, where each was at first, and what the homeserver has of them. */

import { createPrivateKey, createPublicKey } from "node:crypto";
import { encodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/recovery-key.js";
import encryptSecret from "matrix-js-sdk/lib/utils/encryptAESSecretStorageItem.js";
import { PASSWORD, sessionsOf } from "../chaos/accounts.mjs";
import { seedKeyBackup } from "../support/synapse-seed.mjs";

/** @typedef {import("./page/wire.js").BackupKey} BackupKey */
/** @typedef {import("./resets.mjs").Setting} Setting */

/** @typedef {{ version: string, count: number, decryptionKey: string | null }} Backup */

/** Three requests of an upload. */
export const PRESENT = { keys: 240, rooms: 8 };
/** Of a version that was left behind when the account's own began. */
export const OLDER = { keys: 40, rooms: 4 };
/** Of one that another client makes beside the account's own. */
export const REPLACING = { keys: 60, rooms: 3 };
export const SIZES = [PRESENT, OLDER, REPLACING];

/** Of the secret storage. */
const STORAGE_KEY = Uint8Array.from({ length: 32 }, (_, at) => at);
const STORAGE_KEY_ID = "k";
const X25519_PKCS8_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");

export class Account {
  userId;
  /** What the human entered last. @type {BackupKey} */
  present = { version: "", decryptionKey: "" };
  /** Of the secret storage, or of backups: the human has these, and finds them when they are asked for. @type {Set<string>} */
  recoveryKeys = new Set();
  /** Keys of secret storage that the human wrote down. @type {Map<string, string>} */
  paper = new Map();
  /** By public key: the human has all of these. @type {Map<string, string>} */
  decryptionKeys = new Map();
  /** All room keys that it ever had, as "room ID, space, session ID", and the version that each was in at first. @type {Map<string, string>} */
  origins = new Map();
  /** Room keys that a human agreed to lose. @type {Set<string>} */
  forgiven = new Set();
  /** More of them, of which nobody can tell which. */
  allowance = 0;
  #setting;
  #accessToken;

  /** @param {Setting} setting @param {import("../support/synapse.mjs").RegisteredUser} device its first one, with no room key */
  constructor(setting, { userId, accessToken }) {
    this.#setting = setting;
    this.userId = userId;
    this.#accessToken = accessToken;
  }

  /** @param {Setting} setting @param {string} name @param {import("./plan.mjs").Plan["older"]} older */
  static async make(setting, name, older) {
    const account = new Account(setting, await setting.synapse.registerUser(name, PASSWORD));
    if (older !== "none") await account.#leaveBehind(older);
    await account.addVersion(PRESENT);
    return account;
  }

  /** As by a client that deletes no other. @param {import("../chaos/accounts.mjs").Size} size @returns {Promise<BackupKey>} */
  async addVersion(size) {
    const { databasePath } = this.#setting.synapse;
    const { version, decryptionKey } = await seedKeyBackup({ databasePath, userId: this.userId, ...size });
    for (const session of await sessionsOf(size)) this.origins.set(session, version);
    this.know({ version, decryptionKey });
    return { version, decryptionKey };
  }

  /** The human has this key. @param {BackupKey} backup */
  know(backup) {
    this.present = backup;
    const key = new Uint8Array(Buffer.from(backup.decryptionKey, "base64"));
    this.decryptionKeys.set(publicKeyOf(key), backup.decryptionKey);
    this.recoveryKeys.add(encodeRecoveryKey(key) ?? "");
  }

  /** A new device. */
  async logIn() {
    const identifier = { type: "m.id.user", user: this.userId };
    const body = { type: "m.login.password", identifier, password: PASSWORD };
    const { device_id: deviceId, access_token: accessToken } = await this.#request("POST", "login", body);
    return { userId: this.userId, deviceId, accessToken };
  }

  /** What the homeserver has now, `null` if nothing; and its decryption key, if anybody has it. @returns {Promise<Backup | null>} */
  async backup() {
    const { version, count, auth_data } = await this.#request("GET", "room_keys/version");
    if (version === undefined) return null;
    return { version, count, decryptionKey: this.decryptionKeys.get(auth_data.public_key) ?? null };
  }

  /** In the present backup, unless nobody has its decryption key. @returns {Promise<Set<string>>} */
  async sessionsInBackup() {
    const backup = await this.backup();
    if (!backup?.decryptionKey) return new Set();
    const { rooms = {} } = await this.#request("GET", `room_keys/keys?version=${backup.version}`);
    const sessions = Object.entries(rooms).flatMap(([roomId, room]) =>
      Object.keys(/** @type {{ sessions: object }} */ (room).sessions).map((sessionId) => `${roomId} ${sessionId}`),
    );
    return new Set(sessions);
  }

  /** Room keys that were in the present backup already, and of others what a first device sent since. */
  async rememberBackup() {
    for (const session of await this.sessionsInBackup())
      if (!this.origins.has(session)) this.origins.set(session, this.present.version);
  }

  /** @param {"unlocked" | "stored"} older */
  async #leaveBehind(older) {
    const { decryptionKey } = await this.addVersion(OLDER);
    if (older !== "stored") return;
    await this.#store(decryptionKey);
    // All that the human has of it.
    this.recoveryKeys = new Set([encodeRecoveryKey(STORAGE_KEY) ?? ""]);
  }

  /** In the secret storage, as a client does it. @param {string} decryptionKey */
  async #store(decryptionKey) {
    this.paper.set(STORAGE_KEY_ID, Buffer.from(STORAGE_KEY).toString("base64"));
    const { iv, mac } = await encryptSecret("\0".repeat(32), STORAGE_KEY, "");
    const secret = await encryptSecret(decryptionKey, STORAGE_KEY, "m.megolm_backup.v1");
    await this.#setData("m.secret_storage.default_key", { key: STORAGE_KEY_ID });
    await this.#setData(`m.secret_storage.key.${STORAGE_KEY_ID}`, {
      algorithm: "m.secret_storage.v1.aes-hmac-sha2",
      iv,
      mac,
    });
    await this.#setData("m.megolm_backup.v1", { encrypted: { [STORAGE_KEY_ID]: secret } });
  }

  /** @param {string} type @param {object} content */
  async #setData(type, content) {
    await this.#request("PUT", `user/${encodeURIComponent(this.userId)}/account_data/${type}`, content);
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async #request(method, path, body) {
    const response = await fetch(`${this.#setting.synapse.url}/_matrix/client/v3/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#accessToken}` },
      body: body ? JSON.stringify(body) : null,
    });
    return response.json();
  }
}

/** @param {Uint8Array} privateKey */
function publicKeyOf(privateKey) {
  const key = createPrivateKey({ key: Buffer.concat([X25519_PKCS8_PREFIX, privateKey]), format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return spki.subarray(-32).toString("base64").replace(/=+$/, "");
}
