/** An account of the reset test: real messages, their keys and many others in its backup; and what the homeserver has of that. */
import { setTimeout as delay } from "node:timers/promises";
import { PASSWORD } from "../chaos/accounts.mjs";
import { seedKeyBackup } from "../support/synapse-seed.mjs";

/** @typedef {import("./page/wire.js").BackupKey} BackupKey */
/** @typedef {import("./resets.mjs").Setting} Setting */

/** Beside those of real messages: so many that the import takes its time. */
export const SYNTHETIC = { keys: 600, rooms: 20 };
const MESSAGES = Array.from({ length: 24 }, (_, at) => `Message ${at}, with a room key of its own`);
const LONGEST_WAIT_MS = 120_000;

export class Account {
  /** The present one. @type {BackupKey} */
  backup;
  /** Of all its room keys, as "room ID, space, session ID". @type {ReadonlySet<string>} */
  sessions = new Set();
  userId;
  #roomId = "";
  #setting;
  /** Of its first device. */
  #accessToken;

  /** @param {Setting} setting @param {import("../support/synapse.mjs").RegisteredUser} device @param {BackupKey} backup */
  constructor(setting, { userId, accessToken }, backup) {
    this.#setting = setting;
    this.userId = userId;
    this.#accessToken = accessToken;
    this.backup = backup;
  }

  /** @param {Setting} setting @param {string} name */
  static async make(setting, name) {
    const { synapse } = setting;
    const device = await synapse.registerUser(name, PASSWORD);
    const { databasePath } = synapse;
    const backup = await seedKeyBackup({ databasePath, userId: device.userId, ...SYNTHETIC });
    const account = new Account(setting, device, backup);
    await account.#say(device);
    return account;
  }

  /** A page with a new device, which knows the decryption key and has no key else. */
  async openDevice() {
    return this.#open(await this.#setting.accounts.newDevice(this));
  }

  /** Its first device sends real messages, and backs up their keys; then it is gone, and can give them to nobody. @param {import("../support/synapse.mjs").RegisteredUser} device */
  async #say(device) {
    const page = await this.#open(device);
    this.#roomId = await page.evaluate((messages) => globalThis.resetDevice?.say(messages) ?? "", MESSAGES);
    const keys = SYNTHETIC.keys + MESSAGES.length;
    if (!(await this.backsUp(keys))) throw new Error("The first device does not back up its room keys");
    await page.close();
    this.sessions = new Set(await this.sessionsInBackup());
  }

  /** What a new device reads that has no keys but the downloaded ones. @returns {Promise<string[]>} none if it reads all of them */
  async faultsOfReading() {
    const read = (/** @type {string} */ roomId, /** @type {number} */ count) =>
      globalThis.resetDevice?.read(roomId, count) ?? [];
    try {
      const page = await this.openDevice();
      const messages = await page.evaluate(read, this.#roomId, MESSAGES.length);
      await page.close();
      return JSON.stringify(messages) === JSON.stringify(MESSAGES) ? [] : ["the messages are not what was sent"];
    } catch (error) {
      return [`the messages cannot be read: ${error instanceof Error ? error.message : error}`];
    }
  }

  /** Whether the present backup comes to have so many keys, within a minute. @param {number} keys */
  async backsUp(keys) {
    for (const started = Date.now(); Date.now() - started < LONGEST_WAIT_MS; await delay(100)) {
      const { count } = await this.#get("version");
      if (count === keys) return true;
    }
    return false;
  }

  /** As "room ID, space, session ID". */
  async sessionsInBackup() {
    /** @type {{ rooms: Record<string, { sessions: object }> }} */
    const { rooms } = await this.#get(`keys?version=${this.backup.version}`);
    return Object.entries(rooms).flatMap(([roomId, { sessions }]) =>
      Object.keys(sessions).map((sessionId) => `${roomId} ${sessionId}`),
    );
  }

  /** @param {{ deviceId: string, accessToken: string }} device */
  #open({ deviceId, accessToken }) {
    const { synapse, chromium, pageUrl, oneByOne } = this.#setting;
    const device = { userId: this.userId, deviceId, accessToken };
    const { version, decryptionKey } = this.backup;
    const parameters = new URLSearchParams({ url: synapse.url, ...device, version, decryptionKey });
    // matrix-js-sdk cannot make its crypto store in two pages at once.
    return oneByOne(async () => {
      const page = await chromium.newPage();
      await page.goto(`${pageUrl}?${parameters}`);
      // By a timer: pages that nobody sees have no frames.
      await page.waitForFunction(() => globalThis.resetDevice !== undefined, { polling: 50 });
      return page;
    });
  }

  /** @param {string} path */
  async #get(path) {
    const response = await fetch(`${this.#setting.synapse.url}/_matrix/client/v3/room_keys/${path}`, {
      headers: { authorization: `Bearer ${this.#accessToken}` },
    });
    return response.json();
  }
}
