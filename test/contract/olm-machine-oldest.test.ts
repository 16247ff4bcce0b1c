import type * as Newest from "@matrix-org/matrix-sdk-crypto-wasm";
import * as wasm from "matrix-sdk-crypto-wasm-oldest";
import { hostContract } from "./host.contract.js";
import { lostStoreContract } from "./lost-store.contract.js";
import { index, olmMachine } from "./oldest-peers.js";
import { openOlmMachine } from "./olm-machine-on-trial.js";
import { roomKeysContract } from "./room-keys.contract.js";

hostContract(
  "An OlmMachine of the oldest crypto-wasm",
  (homeserver) => openOlmMachine(homeserver, wasm as unknown as typeof Newest, olmMachine.fromOlmMachine),
  index.KeyBackupSyncController,
);

roomKeysContract(
  "An OlmMachine of the oldest crypto-wasm",
  (homeserver) => openOlmMachine(homeserver, wasm as unknown as typeof Newest, olmMachine.fromOlmMachine),
  index.KeyBackupSyncController,
);

for (const isInMemory of [true, false]) {
  lostStoreContract(
    "An OlmMachine of the oldest crypto-wasm",
    isInMemory,
    (homeserver) => openOlmMachine(homeserver, wasm as unknown as typeof Newest, olmMachine.fromOlmMachine, isInMemory),
    index.KeyBackupSyncController,
  );
}
