/** A host's page, for openHarness(): see client-page.ts. It writes down what its element tells. */
import type { KeyBackupSyncState } from "../../../src/state.js";
import { openClientPage } from "./client-page.js";

export const { element, countRoomKeys, learnDecryptionKey, close } = await openClientPage();

/** All since the page was loaded, the first one included. */
export const shown: KeyBackupSyncState[] = [];

element.addEventListener("key-backup-state-change", ({ state }) => shown.push(state));
document.body.append(element);
