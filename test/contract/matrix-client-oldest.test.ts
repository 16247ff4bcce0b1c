import type { MatrixClient as NewestClient, Room as NewestRoom } from "matrix-js-sdk";
import { createClient, type MatrixClient, Room } from "matrix-js-sdk-oldest";
import { logger } from "matrix-js-sdk-oldest/lib/logger.js";
import { hostContract } from "./host.contract.js";
import { lostStoreContract } from "./lost-store.contract.js";
import { openMatrixClient, type Sdk, silence } from "./matrix-client-on-trial.js";
import { index } from "./oldest-peers.js";
import { roomKeysContract } from "./room-keys.contract.js";

silence(logger);
// Where its crypto-wasm writes, whatever the logger.
console.debug = () => {};
console.warn = () => {};

const sdk: Sdk = {
  createClient(options) {
    const tokenRefreshFunction = async () => ({ accessToken: "token-2", refreshToken: "refresh-token-2" });
    return createClient({ ...options, tokenRefreshFunction }) as unknown as NewestClient;
  },
  Room: Room as unknown as typeof NewestRoom,
};
/** Its clients are taken by their type, too. */
const adapter: (client: MatrixClient) => ReturnType<typeof index.fromMatrixClient> = index.fromMatrixClient;

hostContract(
  "A client of the oldest matrix-js-sdk",
  (homeserver) => openMatrixClient(homeserver, sdk, adapter as typeof index.fromMatrixClient),
  index.KeyBackupSyncController,
);

roomKeysContract(
  "A client of the oldest matrix-js-sdk",
  (homeserver) => openMatrixClient(homeserver, sdk, adapter as typeof index.fromMatrixClient),
  index.KeyBackupSyncController,
);

for (const isInMemory of [true, false]) {
  lostStoreContract(
    "A client of the oldest matrix-js-sdk",
    isInMemory,
    (homeserver) => openMatrixClient(homeserver, sdk, adapter as typeof index.fromMatrixClient, isInMemory),
    index.KeyBackupSyncController,
  );
}
