import { createClient } from "matrix-js-sdk";
import { decodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/index.js";

/** From the query of the page to a client that syncs and knows the decryption key of the backup. */
export async function signIn(parameters) {
  const { homeserver: baseUrl, user, password, recoveryKey } = Object.fromEntries(parameters);
  const login = await createClient({ baseUrl }).loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user },
    password,
  });
  const client = createClient({
    baseUrl,
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
    cryptoCallbacks: {
      getSecretStorageKey: async ({ keys }) => [Object.keys(keys)[0], decodeRecoveryKey(recoveryKey)],
    },
  });
  await client.initRustCrypto();
  await client.startClient();
  await client.getCrypto().loadSessionBackupPrivateKeyFromSecretStorage();
  await client.getCrypto().checkKeyBackupAndEnable();
  return client;
}
