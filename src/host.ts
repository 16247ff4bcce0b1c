/** What the download asks of the Matrix client that hosts it: two small ports. Their implementations are the adapter files. */

/** Where to ask, and as whom. */
export interface Account {
  readonly userId: string;
  readonly deviceId: string;
  /** Base URL of the homeserver's client-server API, such as `https://matrix.example.org`. */
  readonly homeserverUrl: string;
  /** The access token of now, `null` when logged out. */
  getAccessToken(): string | null;
  /** The homeserver refused this token: get a new one, or `null` when only a new login helps. */
  renewAccessToken(refused: string): Promise<string | null>;
}

/**
 * A room key of the backup, made anew from what was decrypted: it has these members and no other, each in the form that every crypto store
 * takes. Base64 is unpadded.
 * @see https://spec.matrix.org/v1.16/client-server-api/#definition-backedupsessiondata
 */
export interface RoomKey {
  readonly algorithm: "m.megolm.v1.aes-sha2";
  readonly room_id: string;
  /** The session's Ed25519 public key, as the session key has it. */
  readonly session_id: string;
  /** In the session export format: 165 bytes. */
  readonly session_key: string;
  /** Curve25519 key of the sender's device; 32 zero bytes where the backup has none that can be read. */
  readonly sender_key: string;
  /** Ed25519 key of the sender's device; empty where the backup has none that can be read. */
  readonly sender_claimed_keys: { readonly ed25519?: string };
  readonly forwarding_curve25519_key_chain: readonly string[];
  /** The key may be given to users who are invited later. Left out if not. */
  readonly "org.matrix.msc3061.shared_history"?: true;
}

/** The client's crypto store. */
export interface CryptoStore {
  /**
   * Which store this is, and how many room keys it holds now. It must ask the store itself: what was imported before counts only as long as
   * the store is the same, and holds as many room keys as it did.
   */
  getContents(): Promise<CryptoStoreContents>;
  /** The backup decryption key (32 bytes) if this device knows it. */
  getDecryptionKey(): Promise<Uint8Array | null>;
  /** Calls back whenever the decryption key became known or changed. Returns how to stop that. */
  onDecryptionKeyChange(listener: () => void): () => void;
  /**
   * Imports room keys of this backup version, marked as backed up. Importing one again changes nothing. One that is none is rejected, and
   * the others are taken; in the worst case it throws, and takes none.
   */
  importRoomKeys(roomKeys: readonly RoomKey[], backupVersion: string): Promise<{ readonly rejected: number }>;
  /**
   * Imports room keys of a backup that is no longer the account's, marked as not backed up: the client uploads them to the present one.
   * @throws if one of them is none, and takes none then: to be tried again in parts
   */
  importExportedRoomKeys(roomKeys: readonly RoomKey[]): Promise<{ readonly rejected: number }>;
  /** What it takes to be in the backup that it uploads to, where it can tell; `null` if it uploads to none. */
  getBackedUp?(): Promise<BackedUpRoomKeys | null>;
  /** Takes no room key to be in the backup any more, so that the client uploads all of them. */
  backUpAgain?(): Promise<void>;
  /**
   * The next room keys that the client is to upload to its backup: the same ones again until they are marked. `null` if there are none, or it
   * uploads to no backup. Without this and `markUploaded`, the upload is left to the client.
   */
  nextUpload?(): Promise<RoomKeyUpload | null>;
  /** Counts these as backed up: the homeserver took them. @param answer of the homeserver, the body */
  markUploaded?(upload: RoomKeyUpload, answer: string): Promise<void>;
  /** Tells of each upload to the backup, whoever sends it: the client by itself, too. Returns how to stop that. */
  onUpload?(listener: UploadListener): () => void;
}

/** Hears of uploads. One that is not sent is encrypted again. */
export interface UploadListener {
  encrypted(upload: RoomKeyUpload): void;
  /** The homeserver took them, and they count as backed up. @param answer of the homeserver, the body */
  sent(upload: RoomKeyUpload, answer: string): void;
}

/** Room keys, encrypted for the backup of that version. */
export interface RoomKeyUpload {
  readonly id: string;
  readonly version: string;
  /** Of `PUT /room_keys/keys`: JSON. */
  readonly body: string;
}

export interface CryptoStoreContents {
  /**
   * A store that is created anew, also for the same user and device, has another ID; a store that is reopened keeps its ID. The public
   * identity keys of the store's Olm account are such an ID.
   */
  readonly storeId: string;
  /** All megolm sessions in the store, backed up or not. */
  readonly roomKeyCount: number;
}

/** Room keys that are both in the crypto store and in a backup, as far as the crypto store knows. */
export interface BackedUpRoomKeys {
  readonly version: string;
  readonly count: number;
}

/** What the client knows of rooms, to have those first that somebody is looking at. */
export interface Rooms {
  /** IDs of the rooms that are known here. A download that was cut goes on room by room. */
  known(): Promise<readonly string[]>;
  /** Calls back with rooms in which a message cannot be decrypted: with those of now soon after, with others as they come. Returns how to stop that. */
  onUndecryptable(listener: (roomId: string) => void): () => void;
}

/** What a controller needs: `fromMatrixClient(client)` makes one, `fromOlmMachine(machine, account)` another. */
export interface Host {
  readonly account: Account;
  readonly cryptoStore: CryptoStore;
  readonly rooms: Rooms;
  /** Calls back when the client hears of another key backup than before, or of key storage turned on or off. Returns how to stop that. */
  onBackupChange(listener: () => void): () => void;
  /** Deletes every backup that the homeserver shows and makes a new one, where the host can do that: finishes a reset that broke off. */
  resetKeyBackup?(): Promise<void>;
  /** Calls back as the client uploads room keys by itself, several times a second: it is left to it then. Returns how to stop that. */
  onUploading?(listener: () => void): () => void;
  /** Has the client look which backup there is, and upload to that one: the homeserver refused an upload to another. */
  checkBackup?(): Promise<void>;
  /**
   * The client, or its crypto: hosts that have the same one import one after the other, as two imports at once could have a worse copy of a
   * key overwrite a better one. The `cryptoStore` if left out.
   */
  readonly importer?: object;
  /**
   * Whether the client was stopped, so that its crypto store is closed for good and every call of it throws. Asked before each import and
   * twice a second during a run. The run ends then, and is left to another client of the same user and device. Without it, a run of a
   * stopped client fails as `import-failed`.
   */
  isStopped?(): boolean;
}
