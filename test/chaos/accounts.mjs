/** Accounts with a key backup, one for each size, and new devices of them. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { keyBackupFile } from "../support/room-keys-file.mjs";
import { seedKeyBackup } from "../support/synapse-seed.mjs";

/** @typedef {{ keys: number, rooms: number }} Size */
/** @typedef {{ userId: string, backup: import("../support/synapse-seed.mjs").SeededKeyBackup, sessions: ReadonlySet<string> }} Account */
/** @typedef {Omit<import("./page/wire.js").PageParameters, "url">} NewDevice */

export const PASSWORD = "chaos";

export class Accounts {
  #synapse;
  /** By size. @type {Map<string, Promise<Account>>} */
  #accounts = new Map();

  /** @param {import("../support/synapse.mjs").Synapse} synapse */
  constructor(synapse) {
    this.#synapse = synapse;
  }

  /** @param {Size} size */
  ofSize(size) {
    const name = `${size.keys}-${size.rooms}`;
    const account = this.#accounts.get(name) ?? this.#make(name, size);
    this.#accounts.set(name, account);
    return account;
  }

  /** @param {{ userId: string, backup: Pick<NewDevice, "version" | "decryptionKey"> }} account @returns {Promise<NewDevice>} */
  async newDevice({ userId, backup: { version, decryptionKey } }) {
    const identifier = { type: "m.id.user", user: userId };
    const body = JSON.stringify({ type: "m.login.password", identifier, password: PASSWORD });
    const response = await fetch(`${this.#synapse.url}/_matrix/client/v3/login`, { method: "POST", body });
    if (!response.ok) throw new Error(`Cannot log in: ${response.status}`);
    const { device_id: deviceId, access_token: accessToken } = await response.json();
    return { userId, deviceId, accessToken, version, decryptionKey };
  }

  /** @param {string} name @param {Size} size @returns {Promise<Account>} */
  async #make(name, size) {
    const { databasePath, registerUser } = this.#synapse;
    const { userId } = await registerUser(`chaos-${name}`, PASSWORD);
    const backup = await seedKeyBackup({ databasePath, userId, ...size });
    return { userId, backup, sessions: await sessionsOf(size) };
  }
}

/** As "room ID, space, session ID". @param {Size} size */
export async function sessionsOf(size) {
  const { path } = await keyBackupFile(size);
  const sessions = new Set();
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const [roomId, sessionId, sessionData] = line.split("\t");
    if (sessionData !== undefined) sessions.add(`${roomId} ${sessionId}`);
  }
  return sessions;
}
