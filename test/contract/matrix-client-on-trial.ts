/** A client of any copy of matrix-js-sdk, not syncing: what it would be sent by the homeserver is given to it here. */
import type { MatrixClient, Room } from "matrix-js-sdk";
import type { fromMatrixClient } from "../../src/index.js";
import { cryptoOf, learnDecryptionKey, olmMachineOf, quiet, roomKeyCounts } from "../support/client-crypto.js";
import type { Script, ScriptedHomeserver } from "../support/scripted-homeserver.js";
import { forgetRoomKeys } from "./forget-room-keys.js";
import type { HostOnTrial } from "./host.contract.js";

/** The global loggers, too: parts of the SDK do not use the one they are given. */
export function silence(logger: object): void {
  Object.assign(logger, { ...quiet, log() {} });
}

/** What is needed of a copy of the SDK. */
export interface Sdk {
  /** Its clients can renew their access token. */
  createClient(options: ClientOptions): MatrixClient;
  readonly Room: typeof Room;
  readonly tokenRoutes?: (url: string) => Script;
}

type ClientOptions = ReturnType<typeof clientOptions>;

function clientOptions(baseUrl: string) {
  return {
    baseUrl,
    userId: `@${crypto.randomUUID()}:localhost`,
    deviceId: "DEVICE",
    accessToken: "token-1",
    refreshToken: "refresh-token-1",
    logger: quiet,
    disableVoip: true,
  };
}

export async function openMatrixClient(
  { url }: ScriptedHomeserver,
  sdk: Sdk,
  adapter: typeof fromMatrixClient,
  isInMemory = false,
): Promise<HostOnTrial> {
  const options = clientOptions(url);
  const openClient = async () => {
    const opened = sdk.createClient(options);
    await opened.initRustCrypto({ useIndexedDB: !isInMemory });
    return opened;
  };
  let client = await openClient();
  let lastMessage = 0;
  return {
    host: adapter(client),
    tokenRoutes: sdk.tokenRoutes?.(url) ?? {},
    roomKeyCounts: () => roomKeyCounts(client),
    async decrypt(encrypted) {
      const event = client.getEventMapper({ decrypt: false })(encrypted);
      await client.decryptEventIfNeeded(event);
      return event.isDecryptionFailure() ? null : event.getContent().body;
    },
    async learnDecryptionKey({ decryptionKey }) {
      await learnDecryptionKey(client, decryptionKey, "1");
      await cryptoOf(client).checkKeyBackupAndEnable();
    },
    signaturesOf: async (authData) => JSON.parse((await olmMachineOf(client).sign(JSON.stringify(authData))).asJSON()),
    hearOfBackup: async () => void (await cryptoOf(client).checkKeyBackupAndEnable()),
    receiveUnreadableMessage: (roomId) => receiveUnreadableMessage(sdk, client, roomId, ++lastMessage),
    stop: () => client.stopClient(),
    async reopen(which = "same") {
      if (which === "new") await client.clearStores();
      if (which === "older") await forgetRoomKeys("matrix-js-sdk::matrix-sdk-crypto");
      client = await openClient();
      await cryptoOf(client).checkKeyBackupAndEnable();
      return adapter(client);
    },
    async close() {
      // So that no check is under way, as a message that cannot be decrypted begins one.
      await cryptoOf(client).checkKeyBackupAndEnable();
      client.stopClient();
      await client.clearStores();
    },
  };
}

async function receiveUnreadableMessage(sdk: Sdk, client: MatrixClient, roomId: string, sentAt: number) {
  const room = new sdk.Room(roomId, client, client.getSafeUserId());
  client.store.storeRoom(room);
  const event = client.getEventMapper({ decrypt: false })({
    type: "m.room.encrypted",
    event_id: `$${crypto.randomUUID()}`,
    room_id: roomId,
    sender: "@bob:localhost",
    origin_server_ts: sentAt,
    content: { algorithm: "m.megolm.v1.aes-sha2", session_id: "session", ciphertext: "AwgA" },
  });
  await client.decryptEventIfNeeded(event);
  await room.addLiveEvents([event], { addToState: false });
}
