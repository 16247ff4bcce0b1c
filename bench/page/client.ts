/** A new device of the benchmark's account, which knows the decryption key of the backup and has no room key yet. */
import { createClient, type MatrixClient } from "matrix-js-sdk";
import { decodeBase64 } from "matrix-js-sdk/lib/base64";
import type { CryptoApi } from "matrix-js-sdk/lib/crypto-api";
import { logger as globalLogger, type Logger } from "matrix-js-sdk/lib/logger";

export interface Account {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly version: string;
  /** Of a room that has keys in it. */
  readonly roomId: string;
  /** Base64. */
  readonly decryptionKey: string;
}

const quiet: Logger = {
  getChild: () => quiet,
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};

/** The default logger prints a line for each key: neither side is to be measured at that. */
export async function logInQuietly(account: Account): Promise<MatrixClient> {
  Object.assign(globalLogger, { ...quiet });
  const login = await createClient({ baseUrl: account.url, logger: quiet }).loginRequest({
    type: "m.login.password",
    identifier: { type: "m.id.user", user: account.user },
    password: account.password,
  });
  const client = createClient({
    baseUrl: account.url,
    logger: quiet,
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
  });
  await client.initRustCrypto({ cryptoDatabasePrefix: `bench-${login.device_id}` });
  await cryptoOf(client).storeSessionBackupPrivateKey(decodeBase64(account.decryptionKey), account.version);
  return client;
}

export function cryptoOf(client: MatrixClient): CryptoApi {
  const crypto = client.getCrypto();
  if (crypto === undefined) throw new Error("The client has no crypto");
  return crypto;
}

/** What is truly in the crypto store. matrix-js-sdk has no public way to ask. */
export async function countRoomKeys(client: MatrixClient): Promise<number> {
  const { olmMachine } = cryptoOf(client) as unknown as {
    olmMachine: { roomKeyCounts(): Promise<{ total: number }> };
  };
  return (await olmMachine.roomKeyCounts()).total;
}
