/** An account with a key backup on a real Synapse, a client that is asked before the backup goes, and what a test presses and sees of it. */

import type { MatrixClient } from "matrix-js-sdk";
import "../../components/index.js";
import type { KeyBackupSyncElement } from "../../components/index.js";
import { controllerFor, type GuardOptions, guardBackupReset } from "../../src/index.js";
import { all, button, buttons, one, press, settled } from "../components/on-page.js";
import {
  countRoomKeys,
  cryptoOf,
  type Device,
  learnDecryptionKey,
  openMatrixClient,
  rememberedSecretStorageKeys,
} from "../support/matrix-client.js";
import { type SeededKeyBackup, startSynapseForTest } from "../support/test-synapse.js";
import { until } from "../support/until.js";

export const PASSWORD = "correct horse battery staple";
const ROOMS = 10;

interface BackedUpImport {
  importBackedUpRoomKeys(roomKeys: readonly unknown[], ...others: unknown[]): Promise<void>;
}

export class GuardedAccount {
  readonly client: MatrixClient;
  readonly element: KeyBackupSyncElement;
  readonly device: Device;
  readonly #url: string;
  readonly #destroyed: Destroyed;

  private constructor(url: string, device: Device, client: MatrixClient, destroyed: Destroyed) {
    this.#url = url;
    this.device = device;
    this.client = client;
    this.#destroyed = destroyed;
    this.element = document.createElement("key-backup-sync");
    this.element.manual = true;
    this.element.lang = "en";
    this.element.client = client;
  }

  /** Knows the decryption key, and has downloaded nothing. */
  static async open(keys: number, guard: GuardOptions = {}): Promise<GuardedAccount> {
    const synapse = await startSynapseForTest();
    const device = await synapse.registerUser("keeper", PASSWORD);
    const backup = await synapse.seedKeyBackup({ userId: device.userId, keys, rooms: ROOMS });
    const destroyed = new Destroyed();
    const secretStorage = rememberedSecretStorageKeys();
    const client = await openMatrixClient(synapse.url, device, destroyed.fetch, secretStorage);
    destroyed.countKeys = () => countRoomKeys(client);
    const account = new GuardedAccount(synapse.url, device, client, destroyed);
    await account.#begin(backup, guard);
    return account;
  }

  async #begin({ decryptionKey, version }: SeededKeyBackup, guard: GuardOptions): Promise<void> {
    document.body.append(this.element);
    await learnDecryptionKey(this.client, decryptionKey, version);
    await cryptoOf(this.client).checkKeyBackupAndEnable();
    guardBackupReset(this.client, this.element, guard);
    await this.client.startClient({ initialSyncLimit: 0 });
  }

  close(): void {
    this.element.remove();
    controllerFor(this.client).close();
    this.client.stopClient();
  }

  /** As the homeserver says, not as the client remembers. */
  async backup(): Promise<{ readonly version: string; readonly count: number } | null> {
    const response = await fetch(`${this.#url}/_matrix/client/v3/room_keys/version`, {
      headers: { authorization: `Bearer ${this.device.accessToken}` },
    });
    return response.ok ? response.json() : null;
  }

  /** Room keys in the crypto store just when the homeserver was first told to delete a backup; `null` if it never was. */
  get keysWhenDestroyed(): Promise<number> | null {
    return this.#destroyed.keys;
  }

  /** Starts, and is paused as soon as the crypto store was given so many. Resolves when nothing is in flight any more. */
  async pauseAfter(keys: number): Promise<void> {
    const backend = cryptoOf(this.client) as unknown as BackedUpImport;
    const original = backend.importBackedUpRoomKeys.bind(backend);
    const controller = controllerFor(this.client);
    let given = 0;
    backend.importBackedUpRoomKeys = (roomKeys, ...others) => {
      given += roomKeys.length;
      if (given >= keys) void controller.pause();
      return original(roomKeys, ...others);
    };
    await controller.start();
    await this.until(() => this.element.state.status === "paused", "It is paused");
    backend.importBackedUpRoomKeys = original;
  }

  async complete(): Promise<void> {
    await controllerFor(this.client).start();
    await this.until(() => this.element.state.status === "complete", "It is complete");
  }

  /** Waits for the question to be whole, so that nothing moves under the mouse. */
  async answer(name: string): Promise<void> {
    await this.until(() => this.#offers(name), "The person is asked");
    await settled(this.element);
    await press(button(one(this.element, "dialog[open]"), name));
  }

  /** As long as the answer of the homeserver is awaited, there is only one button, which will be at another place. */
  #offers(name: string): boolean {
    const [dialog] = all(this.element, "dialog[open]");
    if (!dialog) return false;
    const offered = buttons(dialog);
    return offered.length > 1 && offered.includes(name);
  }

  async until(test: () => boolean, what: string): Promise<void> {
    await until(test, what);
  }
}

/** Looks at the crypto store in the moment before the first backup is deleted. */
class Destroyed {
  countKeys: () => Promise<number> = async () => 0;
  keys: Promise<number> | null = null;

  readonly fetch: typeof fetch = async (resource, options) => {
    const { pathname } = new URL(resource instanceof Request ? resource.url : resource);
    if (options?.method === "DELETE" && pathname.includes("/room_keys/version")) {
      this.keys ??= this.countKeys();
      await this.keys;
    }
    return fetch(resource, options);
  };
}
