/** An OlmMachine without matrix-js-sdk, of any copy of crypto-wasm, and a page that tells the host what it must. */
import type * as CryptoWasm from "@matrix-org/matrix-sdk-crypto-wasm";
import type { fromOlmMachine } from "../../src/from-olm-machine.js";
import type { ScriptedHomeserver } from "../support/scripted-homeserver.js";
import { forgetRoomKeys } from "./forget-room-keys.js";
import type { HostOnTrial } from "./host.contract.js";

export async function openOlmMachine(
  { url }: ScriptedHomeserver,
  wasm: typeof CryptoWasm,
  adapter: typeof fromOlmMachine,
  isInMemory = false,
): Promise<HostOnTrial> {
  await wasm.initAsync();
  const userId = `@${crypto.randomUUID()}:localhost`;
  const nameOfStore = () => (isInMemory ? null : `test-${crypto.randomUUID()}`);
  let store = nameOfStore();
  let machine = await openMachine(wasm, userId, store);
  const options = {
    homeserver: url,
    userId,
    deviceId: "DEVICE",
    accessToken: "token-1",
    renewAccessToken: async () => "token-2",
  };
  const host = adapter(machine, options);
  return {
    host,
    roomKeyCounts: async () => {
      const { total, backedUp } = await machine.roomKeyCounts();
      return { total, backedUp };
    },
    async decrypt(event) {
      try {
        const settings = new wasm.DecryptionSettings(wasm.TrustRequirement.Untrusted);
        const decrypted = await machine.decryptRoomEvent(
          JSON.stringify(event),
          new wasm.RoomId(event.room_id),
          settings,
        );
        return JSON.parse(decrypted.event).content.body;
      } catch {
        return null;
      }
    },
    async learnDecryptionKey({ decryptionKey, publicKey }) {
      await machine.saveBackupDecryptionKey(wasm.BackupDecryptionKey.fromBase64(decryptionKey), "1");
      await machine.enableBackupV1(publicKey, "1");
      host.decryptionKeyChanged();
    },
    hearOfBackup: async () => host.backupChanged(),
    receiveUnreadableMessage: async (roomId) => host.cannotDecryptIn(roomId),
    stop: () => machine.close(),
    async reopen(which = "same") {
      if (which === "new") store = nameOfStore();
      if (which === "older") await forgetRoomKeys(`${store}::matrix-sdk-crypto`);
      machine = await openMachine(wasm, userId, store);
      return adapter(machine, options);
    },
    close: async () => machine.close(),
  };
}

/** @param store its name in IndexedDB; `null`: the store is in memory */
export function openMachine(
  wasm: typeof CryptoWasm,
  userId: string,
  store: string | null = `test-${crypto.randomUUID()}`,
): Promise<CryptoWasm.OlmMachine> {
  return wasm.OlmMachine.initialize(new wasm.UserId(userId), new wasm.DeviceId("DEVICE"), store ?? undefined);
}
