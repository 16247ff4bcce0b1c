/**
 * A host's page that guards its client, for openHarness(): see client-page.ts. It can begin a reset whose new backup the homeserver never gets
 * to hear of, as when the page is closed in between.
 */
import { guardBackupReset } from "../../../src/index.js";
import * as matrix from "../matrix-client.js";
import { openClientPage } from "./client-page.js";

let holdsBack = false;
let onDeleted: () => void = () => {};

const fetchFn: typeof fetch = (resource, options) => {
  const isNew = options?.method === "POST" && String(resource).includes("/room_keys/version");
  if (!isNew || !holdsBack) return fetch(resource, options);
  onDeleted();
  return new Promise(() => {});
};

const page = await openClientPage(fetchFn, matrix.rememberedSecretStorageKeys());

export const { element, countRoomKeys, learnDecryptionKey, close } = page;

/** Resolves when the old backup is deleted. The new one is not made as long as this page lives. */
export function resetHalfway(): Promise<void> {
  holdsBack = true;
  return new Promise((resolve) => {
    onDeleted = resolve;
    void matrix.cryptoOf(page.client).resetKeyBackup();
  });
}

document.body.append(element);
guardBackupReset(page.client, element);
