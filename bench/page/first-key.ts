/** How soon a room that somebody is looking at has its first key in the crypto store, on a new device. */
import type { MatrixClient } from "matrix-js-sdk";
import { type CryptoStore, fromMatrixClient, KeyBackupSyncController } from "../../src/index.js";
import { type Account, logInQuietly } from "./client.js";

/** Milliseconds. */
export interface FirstKey {
  /** From the start of the run. */
  readonly prioritised_key_ms: number;
  /** Of one small request, that for the backup's version. */
  readonly round_trip_ms: number;
}

declare global {
  var firstKey: { prepare(account: Account): Promise<void>; run(): Promise<FirstKey> };
}

let client: MatrixClient;
let account: Account;

globalThis.firstKey = {
  async prepare(given) {
    account = given;
    client = await logInQuietly(account);
  },
  async run() {
    const round_trip_ms = await roundTrip();
    const start = performance.now();
    await firstImport();
    return { prioritised_key_ms: performance.now() - start, round_trip_ms };
  },
};

async function firstImport(): Promise<void> {
  const host = fromMatrixClient(client);
  await new Promise<void>((resolve) => {
    const importRoomKeys: CryptoStore["importRoomKeys"] = async (...args) => {
      const result = await host.cryptoStore.importRoomKeys(...args);
      resolve();
      return result;
    };
    const controller = new KeyBackupSyncController({ ...host, cryptoStore: { ...host.cryptoStore, importRoomKeys } });
    controller.prioritise(account.roomId);
    void controller.start();
  });
}

async function roundTrip(): Promise<number> {
  const start = performance.now();
  const headers = { Authorization: `Bearer ${client.getAccessToken()}` };
  await (await fetch(`${account.url}/_matrix/client/v3/room_keys/version`, { headers })).text();
  return performance.now() - start;
}
