/**
 * A host's page, for openHarness(): a client with its crypto store in IndexedDB, and `<key-backup-sync>`. Its parameters are where the
 * homeserver is and which device it is, so that a reload is the same device's.
 */
import "../../../components/index.js";
import { controllerFor } from "../../../src/index.js";
import type { KeyBackupSyncState } from "../../../src/state.js";
import * as matrix from "../matrix-client.js";

const {
  url = "",
  userId = "",
  deviceId = "",
  accessToken = "",
} = Object.fromEntries(new URLSearchParams(location.search));

const client = await matrix.openMatrixClient(url, { userId, deviceId, accessToken });

export const element = document.createElement("key-backup-sync");

/** All since the page was loaded, the first one included. */
export const shown: KeyBackupSyncState[] = [];

export const countRoomKeys = (): Promise<number> => matrix.countRoomKeys(client);

/** As by entering the recovery key. @param decryptionKey base64 */
export function learnDecryptionKey(decryptionKey: string, version: string): Promise<void> {
  return matrix.learnDecryptionKey(client, decryptionKey, version);
}

export function close(): void {
  element.remove();
  controllerFor(client).close();
  client.stopClient();
}

element.lang = "en";
element.client = client;
element.addEventListener("key-backup-state-change", ({ state }) => shown.push(state));
document.body.append(element);
