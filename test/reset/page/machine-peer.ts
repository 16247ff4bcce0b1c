/** A page with crypto-wasm and no matrix-js-sdk, which does with its OlmMachine what a client does: as little of it as a backup needs. */
import * as wasm from "@matrix-org/matrix-sdk-crypto-wasm";
import { fromOlmMachine } from "../../../src/from-olm-machine.js";
import { KeyBackupSyncController } from "../../../src/index.js";
import { countOfText, namesOf, type Peer, tellImports } from "./peer.js";
import type { BackupKey, DeviceParameters } from "./wire.js";

interface BackupInfo {
  readonly version: string;
  readonly auth_data: { readonly public_key: string };
}

export async function openMachinePeer(parameters: DeviceParameters): Promise<Peer> {
  const { url, userId, deviceId, accessToken, guard } = parameters;
  await wasm.initAsync();
  const store = `test-${deviceId}`;
  const machine = await wasm.OlmMachine.initialize(new wasm.UserId(userId), new wasm.DeviceId(deviceId), store);
  tellImports(machine, "importBackedUpRoomKeys", countOfMaps);
  tellImports(machine, "importExportedRoomKeys", countOfText);
  const backup = new MachineBackup(machine, parameters);
  if (!(await backup.key())) await backup.learn(parameters);
  else await backup.check();
  const host = fromOlmMachine(machine, { homeserver: url, userId, deviceId, accessToken });
  const controller = new KeyBackupSyncController(host);
  const reset = async () => {
    await backup.reset(() => host.backupChanged());
    host.decryptionKeyChanged();
    host.backupChanged();
  };
  let guarded = reset;
  return {
    controller: () => controller,
    showIn(element) {
      element.controller = controller;
      element.addEventListener("key-backup-finish-reset-request", () => {
        void controller.duringReset(reset).catch(() => {});
      });
      if (guard === "none") return;
      guarded = async () => {
        if (!(await element.confirmReset())) throw new Error("reset-declined");
        await controller.duringReset(reset);
      };
    },
    reset: () => guarded(),
    async learn(key) {
      await backup.learn(key);
      host.decryptionKeyChanged();
      host.backupChanged();
    },
    present: () => backup.present(),
    sessions: async () => namesOf(JSON.parse(await machine.exportRoomKeys(() => true))),
    async signOut() {
      await controller.erase();
      await backup.request("POST", "logout");
      machine.close();
      indexedDB.deleteDatabase(`${store}::matrix-sdk-crypto`);
    },
  };
}

function countOfMaps(rooms: Map<unknown, Map<unknown, unknown>>): number {
  return [...rooms.values()].reduce((sum, { size }) => sum + size, 0);
}

class MachineBackup {
  readonly #machine: wasm.OlmMachine;
  readonly #parameters: DeviceParameters;

  constructor(machine: wasm.OlmMachine, parameters: DeviceParameters) {
    this.#machine = machine;
    this.#parameters = parameters;
  }

  /** `null` for what is not there. */
  async request<Answer>(method: string, path: string, body?: object): Promise<Answer | null> {
    const { url, accessToken } = this.#parameters;
    const response = await fetch(`${url}/_matrix/client/v3/${path}`, {
      method,
      headers: { authorization: `Bearer ${accessToken}` },
      body: body ? JSON.stringify(body) : null,
    });
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return response.json();
  }

  async key(): Promise<wasm.BackupDecryptionKey | undefined> {
    return (await this.#machine.getBackupKeys()).decryptionKey;
  }

  async present(): Promise<BackupKey | null> {
    const { decryptionKey, backupVersion } = await this.#machine.getBackupKeys();
    if (!decryptionKey || !backupVersion || !(await this.#machine.isBackupEnabled())) return null;
    return { version: backupVersion, decryptionKey: decryptionKey.toBase64() };
  }

  async learn({ decryptionKey, version }: BackupKey): Promise<void> {
    await this.#machine.saveBackupDecryptionKey(wasm.BackupDecryptionKey.fromBase64(decryptionKey), version);
    await this.check();
  }

  /** Uploads to the account's backup if the key is that one's, and to none else. */
  async check(): Promise<void> {
    const info = await this.request<BackupInfo>("GET", "room_keys/version");
    const key = await this.key();
    const publicKey = key?.megolmV1PublicKey.publicKeyBase64;
    const isUsable = key && info && publicKey === info.auth_data.public_key;
    if (isUsable && this.#enabled === `${info.version} ${publicKey}`) return;
    if (await this.#machine.isBackupEnabled()) await this.#machine.disableBackup();
    this.#enabled = null;
    if (!isUsable || publicKey === undefined) return;
    await this.#machine.saveBackupDecryptionKey(key, info.version);
    await this.#enable(publicKey, info.version);
  }

  async reset(onDeleted: () => void): Promise<void> {
    for (let info: BackupInfo | null; ; ) {
      info = await this.request<BackupInfo>("GET", "room_keys/version");
      if (!info) break;
      await this.request("DELETE", `room_keys/version/${info.version}`);
    }
    if (await this.#machine.isBackupEnabled()) await this.#machine.disableBackup();
    this.#enabled = null;
    onDeleted();
    const key = wasm.BackupDecryptionKey.createRandomKey();
    const { algorithm, publicKeyBase64: public_key } = key.megolmV1PublicKey;
    const auth_data = { public_key, signatures: {} };
    const made = await this.request<{ version: string }>("POST", "room_keys/version", { algorithm, auth_data });
    if (!made) throw new Error("No backup is made");
    await this.#machine.saveBackupDecryptionKey(key, made.version);
    await this.#enable(public_key, made.version);
  }

  /** Version and public key of the backup that it uploads to since this page was opened: those in the store may be newer. */
  #enabled: string | null = null;

  async #enable(publicKey: string, version: string): Promise<void> {
    await this.#machine.enableBackupV1(publicKey, version);
    this.#enabled = `${version} ${publicKey}`;
  }
}
