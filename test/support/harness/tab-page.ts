/**
 * A tab of an account, for openHarness(): a controller over a host in memory. Each import is told to `imports` of the page around it.
 * Its parameters are the account, the tab's name, and a Content-Security-Policy if it has one.
 */
import { type Host, KeyBackupSyncController, type KeyBackupSyncState } from "../../../src/index.js";
import type { ImportWatch } from "../import-watch.js";
import { TestHost } from "../test-host.js";

export interface TabsWindow {
  imports: ImportWatch;
}

const parameters = Object.fromEntries(new URLSearchParams(location.search));
const { homeserverUrl = "", userId = "", tab = "", decryptionKey = null, policy } = parameters;

const { imports } = parent as unknown as TabsWindow;
const inMemory = new TestHost({ homeserverUrl, decryptionKey });
inMemory.beforeImport = (roomKeys) => imports.import(tab, roomKeys);

const host: Host = {
  account: { ...inMemory.account, userId, getAccessToken: () => inMemory.accessToken },
  cryptoStore: {
    ...inMemory.cryptoStore,
    // All tabs have the same store.
    getContents: async () => ({ storeId: userId, roomKeyCount: imports.sessionIds.size }),
  },
  rooms: inMemory.rooms,
  onBackupChange: (listener) => inMemory.onBackupChange(listener),
};

if (policy) {
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = policy;
  document.head.append(meta);
}

export const controller = new KeyBackupSyncController(host);

/** All since the page was loaded. */
export const shown: KeyBackupSyncState[] = [];

controller.addEventListener("statechange", () => shown.push(controller.state));
