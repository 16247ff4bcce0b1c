/**
 * The adapter for a page with crypto-wasm and no matrix-js-sdk: an OlmMachine, and the page that syncs it. The machine does not tell what
 * happens to it, so the page tells the host. It is an entry point of its own, `key-backup-sync/olm-machine`: a page with
 * matrix-js-sdk may have another copy of crypto-wasm, and need not load this one.
 */
import { OlmMachine } from "@matrix-org/matrix-sdk-crypto-wasm";
import { backUpAgain } from "./back-up-again.js";
import type { Account, CryptoStore, Host, Rooms } from "./host.js";
import { uploadsOf } from "./machine-uploads.js";
import { MarkedElsewhere } from "./marked-elsewhere.js";
import {
  activeBackupOf,
  getBackedUp,
  getContents,
  getDecryptionKey,
  importBackedUpRoomKeys,
  importExportedRoomKeys,
  isClosed,
  roomsInStore,
} from "./olm-machine-store.js";

/** Whose machine it is, and where its homeserver is. */
export interface OlmMachineOptions {
  /** Base URL of the homeserver's client-server API, such as `https://matrix.example.org`. */
  readonly homeserver: string;
  readonly userId: string;
  readonly deviceId: string;
  /** The access token; if it may change, a function that returns that of now, `null` when logged out. */
  readonly accessToken: string | (() => string | null);
  /** The homeserver refused this token: get a new one, or `null` when only a new login helps. */
  readonly renewAccessToken?: (refused: string) => Promise<string | null>;
  /** IDs of the rooms that the page knows. */
  readonly knownRooms?: () => readonly string[] | Promise<readonly string[]>;
}

/**
 * A host for `new KeyBackupSyncController(...)`.
 *
 * @param machine made by the same copy of `@matrix-org/matrix-sdk-crypto-wasm` that this module imports: bundle the page with one copy
 * @throws TypeError if it was made by another
 *
 * @example
 * const host = fromOlmMachine(machine, { homeserver, userId, deviceId, accessToken });
 * const controller = new KeyBackupSyncController(host);
 * await controller.autoStart();
 * // Later, when the recovery key was entered:
 * await machine.saveBackupDecryptionKey(decryptionKey, version);
 * host.decryptionKeyChanged();
 */
export function fromOlmMachine(machine: OlmMachine, options: OlmMachineOptions): OlmMachineHost {
  if (!(machine instanceof OlmMachine))
    throw new TypeError("key-backup-sync: the OlmMachine is of another copy of @matrix-org/matrix-sdk-crypto-wasm");
  return new OlmMachineHost(machine, options);
}

/** Made by `fromOlmMachine`: a host that is told what its OlmMachine does not tell. */
export class OlmMachineHost implements Host {
  readonly account: Account;
  readonly cryptoStore: CryptoStore;
  readonly rooms: Rooms;
  readonly importer: object;
  /** Whether the page has closed the machine. */
  readonly isStopped: () => boolean;
  readonly #keyListeners = new Set<() => void>();
  readonly #backupListeners = new Set<() => void>();
  readonly #undecryptableListeners = new Set<(roomId: string) => void>();
  /** In the order in which it was told of them. */
  readonly #undecryptableRooms = new Set<string>();

  /** @internal */
  constructor(machine: OlmMachine, options: OlmMachineOptions) {
    this.account = accountOf(options);
    this.importer = machine;
    this.isStopped = () => isClosed(machine);
    // The page does it.
    const uploadAgain = async () => void (await backUpAgain(machine));
    const markedElsewhere = new MarkedElsewhere(() => activeBackupOf(machine), uploadAgain);
    this.cryptoStore = {
      getContents: () => getContents(machine),
      getDecryptionKey: () => getDecryptionKey(machine),
      onDecryptionKeyChange: (listener) => subscribe(this.#keyListeners, listener),
      importRoomKeys: (roomKeys, backupVersion) =>
        importBackedUpRoomKeys(machine, roomKeys, backupVersion, markedElsewhere),
      importExportedRoomKeys: (roomKeys) => importExportedRoomKeys(machine, roomKeys),
      async getBackedUp() {
        await markedElsewhere.settle();
        return getBackedUp(machine);
      },
      backUpAgain: uploadAgain,
      ...uploadsOf(machine),
    };
    this.rooms = {
      known: async () => {
        const [onPage, inStore] = await Promise.all([options.knownRooms?.() ?? [], roomsInStore(machine)]);
        return [...new Set([...onPage, ...inStore])];
      },
      onUndecryptable: (listener) => this.#onUndecryptable(listener),
    };
  }

  onBackupChange(listener: () => void): () => void {
    return subscribe(this.#backupListeners, listener);
  }

  /** Tell it after `machine.saveBackupDecryptionKey(...)`. */
  decryptionKeyChanged(): void {
    for (const listener of this.#keyListeners) listener();
  }

  /** Tell it when another backup was made or found, the one there was deleted, or `m.key_backup` of the account data changed. */
  backupChanged(): void {
    for (const listener of this.#backupListeners) listener();
  }

  /** Tell it when a message in this room could not be decrypted: the keys of the room come first. */
  cannotDecryptIn(roomId: string): void {
    this.#undecryptableRooms.delete(roomId);
    this.#undecryptableRooms.add(roomId);
    for (const listener of this.#undecryptableListeners) listener(roomId);
  }

  #onUndecryptable(listener: (roomId: string) => void): () => void {
    queueMicrotask(() => {
      for (const roomId of [...this.#undecryptableRooms].reverse())
        if (this.#undecryptableListeners.has(listener)) listener(roomId);
    });
    return subscribe(this.#undecryptableListeners, listener);
  }
}

function accountOf({ homeserver, userId, deviceId, accessToken, renewAccessToken }: OlmMachineOptions): Account {
  let token = typeof accessToken === "string" ? accessToken : null;
  const getAccessToken = typeof accessToken === "string" ? () => token : accessToken;
  return {
    userId,
    deviceId,
    homeserverUrl: homeserver,
    getAccessToken,
    async renewAccessToken(refused) {
      const present = getAccessToken();
      if (present !== refused || !renewAccessToken) return present;
      token = await renewAccessToken(refused);
      return token;
    },
  };
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
