/** matrix-js-sdk clients as a host has them: its crypto in IndexedDB, under a name of the device's own, so that it is there after a reload. */
import { createClient, type MatrixClient } from "matrix-js-sdk";
import type { CryptoCallbacks } from "matrix-js-sdk/lib/crypto-api/index.js";
import { logger as globalLogger } from "matrix-js-sdk/lib/logger.js";
import { quiet } from "./client-crypto.js";

export { countRoomKeys, cryptoOf, learnDecryptionKey } from "./client-crypto.js";

export interface Device {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
}

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

/** As of a person who knows every key of secret storage that was made here. */
export function rememberedSecretStorageKeys(): CryptoCallbacks {
  const remembered = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    cacheSecretStorageKey: (keyId, _info, key) => void remembered.set(keyId, key),
    async getSecretStorageKey({ keys }) {
      for (const keyId of Object.keys(keys)) {
        const key = remembered.get(keyId);
        if (key) return [keyId, key];
      }
      return null;
    },
  };
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
