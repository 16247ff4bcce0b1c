/** An account on the real Synapse, with a backup of synthetic room keys, behind a proxy, and the page of a device of its. */
import type * as SyncPage from "./harness/sync-page.js";
import { type HarnessPage, openHarness } from "./harness.js";
import { type HomeserverProxy, openHomeserverProxy } from "./homeserver-proxy.js";
import { type RegisteredUser, type SeededKeyBackup, startSynapseForTest } from "./test-synapse.js";

export class SyncAccount {
  readonly backup: SeededKeyBackup;
  readonly homeserver: HomeserverProxy;
  readonly #device: RegisteredUser;
  #page: HarnessPage<typeof SyncPage> | null = null;

  private constructor(backup: SeededKeyBackup, homeserver: HomeserverProxy, device: RegisteredUser) {
    this.backup = backup;
    this.homeserver = homeserver;
    this.#device = device;
  }

  static async open(keys: number): Promise<SyncAccount> {
    const synapse = await startSynapseForTest();
    const device = await synapse.registerUser("reader", "correct horse battery staple");
    const backup = await synapse.seedKeyBackup({ userId: device.userId, keys });
    return new SyncAccount(backup, await openHomeserverProxy(synapse.url), device);
  }

  /** The element starts as the page opens. */
  async openPage(): Promise<HarnessPage<typeof SyncPage>> {
    const { userId, deviceId, accessToken } = this.#device;
    const parameters = { url: this.homeserver.url, userId, deviceId, accessToken };
    this.#page = await openHarness<typeof SyncPage>("/test/support/harness/sync-page.ts", parameters);
    return this.#page;
  }

  /** How often room keys were asked for so far, all of them or some. */
  async roomKeyRequests(): Promise<number> {
    return (await this.homeserver.requests()).filter(({ path }) => path.includes("/room_keys/keys")).length;
  }

  async close(): Promise<void> {
    this.#page?.exports.close();
    this.#page?.remove();
    await this.homeserver.close();
  }
}
