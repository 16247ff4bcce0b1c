/**
 * What a host's page begins with, for openHarness(): a client with its crypto store in IndexedDB, and `<key-backup-sync>`. The page's parameters
 * are where the homeserver is and which device it is, so that a reload is the same device's.
 */
import "../../../components/index.js";
import { controllerFor } from "../../../src/index.js";
import * as matrix from "../matrix-client.js";

type Options = Parameters<typeof matrix.openMatrixClient>;

/** @param fetchFn in place of the browser's, for all requests of the client @param callbacks how it gets at the key of the secret storage */
export async function openClientPage(fetchFn?: Options[2], callbacks?: Options[3]) {
  const parameters = Object.fromEntries(new URLSearchParams(location.search));
  const { url = "", userId = "", deviceId = "", accessToken = "" } = parameters;
  const client = await matrix.openMatrixClient(url, { userId, deviceId, accessToken }, fetchFn, callbacks);
  const element = document.createElement("key-backup-sync");
  element.lang = "en";
  element.client = client;
  return {
    client,
    element,
    countRoomKeys: (): Promise<number> => matrix.countRoomKeys(client),
    /** As by entering the recovery key. @param decryptionKey base64 */
    learnDecryptionKey: (decryptionKey: string, version: string): Promise<void> =>
      matrix.learnDecryptionKey(client, decryptionKey, version),
    close(): void {
      element.remove();
      controllerFor(client).close();
      client.stopClient();
    },
  };
}
