/**
 * A host's page that guards its client, for openHarness(): it can begin a reset whose new backup the homeserver never gets to hear of, as when
 * the page is closed in between. Its parameters are where the homeserver is and which device it is, so that a reload is the same device's.
 */
import "../../../components/index.js";
import { controllerFor, guardBackupReset } from "../../../src/index.js";
import * as matrix from "../matrix-client.js";

const {
  url = "",
  userId = "",
  deviceId = "",
  accessToken = "",
} = Object.fromEntries(new URLSearchParams(location.search));

let holdsBack = false;
let onDeleted: () => void = () => {};

const fetchFn: typeof fetch = (resource, options) => {
  const isNew = options?.method === "POST" && String(resource).includes("/room_keys/version");
  if (!isNew || !holdsBack) return fetch(resource, options);
  onDeleted();
  return new Promise(() => {});
};

const device = { userId, deviceId, accessToken };
const client = await matrix.openMatrixClient(url, device, fetchFn, matrix.rememberedSecretStorageKeys());

export const element = document.createElement("key-backup-sync");

export const countRoomKeys = (): Promise<number> => matrix.countRoomKeys(client);

/** As by entering the recovery key. @param decryptionKey base64 */
export function learnDecryptionKey(decryptionKey: string, version: string): Promise<void> {
  return matrix.learnDecryptionKey(client, decryptionKey, version);
}

/** Resolves when the old backup is deleted. The new one is not made as long as this page lives. */
export function resetHalfway(): Promise<void> {
  holdsBack = true;
  return new Promise((resolve) => {
    onDeleted = resolve;
    void matrix.cryptoOf(client).resetKeyBackup();
  });
}

export function close(): void {
  element.remove();
  controllerFor(client).close();
  client.stopClient();
}

element.lang = "en";
element.client = client;
document.body.append(element);
guardBackupReset(client, element);
