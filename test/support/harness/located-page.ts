/** A page that says by itself where the files of the worker are, for openHarness(); a controller over a host in memory. */
import { configure, KeyBackupSyncController } from "../../../src/index.js";
import { TestHost } from "../test-host.js";

const {
  homeserverUrl = "",
  decryptionKey = null,
  ...locations
} = Object.fromEntries(new URLSearchParams(location.search));

configure(locations);

/** What the developer is told. */
export const complaints: string[] = [];
console.error = (complaint: unknown) => complaints.push(String(complaint));

export const controller = new KeyBackupSyncController(new TestHost({ homeserverUrl, decryptionKey }));
