/** matrix-js-sdk clients as a host has them: its crypto in IndexedDB, under a name of the device's own, so that it is there after a reload. */
import { createClient, type MatrixClient } from "matrix-js-sdk";
import type { CryptoApi, CryptoCallbacks } from "matrix-js-sdk/lib/crypto-api/index.js";
import { logger as globalLogger, type Logger } from "matrix-js-sdk/lib/logger.js";

export interface Device {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
}

const quiet: Logger = { getChild: () => quiet, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

// It has a line for every room key; and parts of the SDK do not use the logger they are given.
Object.assign(globalLogger, { ...quiet, log() {} });

/**
 * With crypto, not syncing.
 * @param fetchFn in place of the browser's, for all its requests
 * @param cryptoCallbacks how it gets at the key of the secret storage
 */
export async function openMatrixClient(
  url: string,
  device: Device,
  fetchFn: typeof fetch = (...request) => fetch(...request),
  cryptoCallbacks: CryptoCallbacks = {},
): Promise<MatrixClient> {
  const client = createClient({ baseUrl: url, ...device, fetchFn, cryptoCallbacks, logger: quiet, disableVoip: true });
  await client.initRustCrypto({ cryptoDatabasePrefix: `test-${device.deviceId}` });
  return client;
}

/** A new device of that user. */
export async function logIn(url: string, userId: string, password: string): Promise<Device> {
  const login = await createClient({ baseUrl: url, logger: quiet }).loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user: userId },
    password,
  });
  return { userId, deviceId: login.device_id, accessToken: login.access_token };
}

export function cryptoOf(client: MatrixClient): CryptoApi {
  const crypto = client.getCrypto();
  if (!crypto) throw new Error("The client has no crypto");
  return crypto;
}

/** What is truly in the crypto store. matrix-js-sdk has no public way to ask. */
export async function countRoomKeys(client: MatrixClient): Promise<number> {
  const { olmMachine } = cryptoOf(client) as unknown as {
    olmMachine: { roomKeyCounts(): Promise<{ total: number }> };
  };
  return (await olmMachine.roomKeyCounts()).total;
}

/** As by entering the recovery key. @param decryptionKey base64 */
export function learnDecryptionKey(client: MatrixClient, decryptionKey: string, version: string): Promise<void> {
  const bytes = Uint8Array.from(atob(decryptionKey), (character) => character.charCodeAt(0));
  return cryptoOf(client).storeSessionBackupPrivateKey(bytes, version);
}
