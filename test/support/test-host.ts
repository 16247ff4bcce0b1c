/** What the download asks of a Matrix client, for a test: an account on any homeserver and a crypto store in memory. */
import type { Account, BackedUpRoomKeys, CryptoStore, Host, RoomKey, Rooms } from "../../src/index.js";

/** In base64, of 165 bytes. */
const SESSION_KEY_LENGTH = 220;

export interface TestHostOptions {
  readonly homeserverUrl: string;
  /** Base64; `null` as long as the device does not know it. */
  readonly decryptionKey: string | null;
}

export class TestHost implements Host {
  readonly account: Account;
  readonly cryptoStore: CryptoStore;
  readonly rooms: Rooms;
  /** What `rooms.known()` answers. */
  knownRooms: readonly string[] = [];
  /** Session IDs of what was imported as exported keys, for the client to upload. */
  readonly notBackedUp = new Set<string>();
  /** The backup version that it uploads to. */
  uploadsTo: string | null = null;
  /** What the crypto store takes to be in the backup, where that is not just what was imported. */
  backedUp: BackedUpRoomKeys | null = null;
  /** How often all of it was to be uploaded again. */
  backedUpAgain = 0;
  /** Session IDs of what it drops, and counts as rejected. */
  readonly dropped = new Set<string>();
  /** Session IDs of what it throws for, and takes nothing with. */
  readonly refused = new Set<string>();
  /** As after a logout. */
  stopped = false;
  /** What the client does to finish a reset. */
  resetKeyBackup: () => Promise<void> = async () => {};
  /** By session ID. */
  readonly imported = new Map<string, RoomKey>();
  storeId: string = crypto.randomUUID();
  /** Of all calls, those that came twice included. */
  importedInAll = 0;
  accessToken: string | null = "token-1";
  renewedToken: string | null | Promise<never> = null;
  /** Called whenever the access token is asked for: before each request. */
  beforeToken: () => void = () => {};
  /** Called before each import: may throw, wait, or say how many are rejected. */
  beforeImport: (roomKeys: readonly RoomKey[]) => number | Promise<number> = () => 0;
  #decryptionKey: string | null;
  /** By session ID: the backup that it went in as backed up in. */
  readonly #versions = new Map<string, string>();
  readonly #keyListeners = new Set<() => void>();
  readonly #undecryptableListeners = new Set<(roomId: string) => void>();
  readonly #undecryptableRooms = new Set<string>();
  readonly #backupListeners = new Set<() => void>();

  /** Another one for each controller, as if each were in a tab of its own: a tab whose import hangs does not keep another one waiting. */
  get importer(): object {
    return {};
  }

  constructor({ homeserverUrl, decryptionKey }: TestHostOptions) {
    this.#decryptionKey = decryptionKey;
    this.account = {
      userId: `@${crypto.randomUUID()}:localhost`,
      deviceId: "DEVICE",
      homeserverUrl,
      getAccessToken: () => {
        this.beforeToken();
        return this.accessToken;
      },
      renewAccessToken: async () => {
        this.accessToken = await this.renewedToken;
        return this.accessToken;
      },
    };
    this.cryptoStore = {
      getContents: async () => ({ storeId: this.storeId, roomKeyCount: this.imported.size }),
      getDecryptionKey: async () => bytesOf(this.#decryptionKey),
      onDecryptionKeyChange: (listener) => {
        this.#keyListeners.add(listener);
        return () => this.#keyListeners.delete(listener);
      },
      importRoomKeys: (roomKeys, version) => {
        for (const { session_id } of roomKeys) this.#versions.set(session_id, version);
        return this.#import(roomKeys);
      },
      importExportedRoomKeys: async (roomKeys) => {
        if (!roomKeys.every(isRoomKey)) throw new Error("One of them is no room key");
        const result = await this.#import(roomKeys);
        for (const { session_id } of roomKeys) this.notBackedUp.add(session_id);
        return result;
      },
      getBackedUp: async () => this.backedUp ?? this.#backedUp(),
      backUpAgain: async () => {
        this.backedUpAgain++;
        this.backedUp = null;
        for (const sessionId of this.imported.keys()) this.notBackedUp.add(sessionId);
      },
    };
    this.rooms = {
      known: async () => this.knownRooms,
      onUndecryptable: (listener) => {
        queueMicrotask(() => {
          for (const roomId of [...this.#undecryptableRooms].reverse())
            if (this.#undecryptableListeners.has(listener)) listener(roomId);
        });
        this.#undecryptableListeners.add(listener);
        return () => this.#undecryptableListeners.delete(listener);
      },
    };
  }

  stop(): void {
    this.stopped = true;
  }

  isStopped(): boolean {
    return this.stopped;
  }

  /** Another client of the same user and device, with the same crypto store. */
  reopened(): Host {
    const { account, rooms } = this;
    return {
      account,
      rooms,
      cryptoStore: { ...this.cryptoStore, importRoomKeys: (roomKeys) => this.#take(roomKeys) },
      onBackupChange: (listener) => this.onBackupChange(listener),
    };
  }

  /** As when the client deletes a corrupt store: the next one is empty, and has an account of its own. */
  loseStore(): void {
    this.storeId = crypto.randomUUID();
    this.imported.clear();
    this.notBackedUp.clear();
  }

  /** As when the store is restored from an older copy, which has the same account, and only these room keys. */
  restoreStore(older: Iterable<RoomKey>): void {
    this.imported.clear();
    this.notBackedUp.clear();
    for (const roomKey of older) this.imported.set(roomKey.session_id, roomKey);
  }

  /** As after a reset by another client, before the new recovery key is entered here. */
  forgetDecryptionKey(): void {
    this.#decryptionKey = null;
  }

  /** As by entering the recovery key. */
  learnDecryptionKey(base64: string): void {
    this.#decryptionKey = base64;
    for (const listener of this.#keyListeners) listener();
  }

  /** As by opening a room with a message whose key is missing. */
  cannotDecryptIn(roomId: string): void {
    this.#undecryptableRooms.add(roomId);
    for (const listener of this.#undecryptableListeners) listener(roomId);
  }

  onBackupChange(listener: () => void): () => void {
    this.#backupListeners.add(listener);
    return () => this.#backupListeners.delete(listener);
  }

  /** As when the client hears of another backup. */
  hearOfBackup(): void {
    for (const listener of this.#backupListeners) listener();
  }

  #backedUp(): BackedUpRoomKeys | null {
    const version = this.uploadsTo;
    for (const [session, other] of this.#versions)
      if (version !== null && other !== version) this.notBackedUp.add(session);
    if (version !== null) this.#versions.clear();
    return version === null ? null : { version, count: this.imported.size - this.notBackedUp.size };
  }

  async #import(roomKeys: readonly RoomKey[]): Promise<{ rejected: number }> {
    if (this.stopped) throw new Error("null pointer passed to rust");
    return this.#take(roomKeys);
  }

  async #take(roomKeys: readonly RoomKey[]): Promise<{ rejected: number }> {
    const rejected = await this.beforeImport(roomKeys);
    if (roomKeys.some(({ session_id }) => this.refused.has(session_id))) throw new Error("refused");
    this.importedInAll += roomKeys.length;
    const taken = roomKeys.filter((roomKey) => isRoomKey(roomKey) && !this.dropped.has(roomKey.session_id));
    for (const roomKey of taken) this.imported.set(roomKey.session_id, roomKey);
    return { rejected: rejected + roomKeys.length - taken.length };
  }
}

/** As far as a fake can tell: the session key is as long as one. */
function isRoomKey({ session_key }: RoomKey): boolean {
  return session_key.length === SESSION_KEY_LENGTH;
}

function bytesOf(base64: string | null): Uint8Array | null {
  return base64 === null ? null : Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
