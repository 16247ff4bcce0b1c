/**
 * The adapter for matrix-js-sdk, which it knows by what it calls. What destroys a backup is in destroying-calls.ts and guard-backup-reset.ts;
 * back-up-again.ts, machine-uploads.ts and upload-watch.ts know the OlmMachine inside the SDK.
 */
import { type BackingUpMachine, backUpAgain } from "./back-up-again.js";
import { KeyBackupSyncController } from "./controller.js";
import { KeyBackupSyncError } from "./errors.js";
import type { Account, CryptoStore, Host, RoomKey, Rooms } from "./host.js";
import { KEY_STORAGE_TYPES } from "./key-storage.js";
import { uploadsOf } from "./machine-uploads.js";
import { MarkedElsewhere } from "./marked-elsewhere.js";
import type { UploadingMachine } from "./upload-watch.js";

/**
 * What is called of a matrix-js-sdk `MatrixClient`, of any major from 33 to 43. The SDK's own type has private members: to the compiler, a
 * client of one copy of the SDK is none of another. And a page without the SDK compiles, too.
 */
export interface MatrixClientLike {
  getUserId(): string | null;
  getDeviceId(): string | null;
  getHomeserverUrl(): string;
  getAccessToken(): string | null;
  whoami(): Promise<unknown>;
  getCrypto(): MatrixCryptoLike | undefined;
  getRooms(): readonly MatrixRoomLike[];
  on(event: typeof DECRYPTED | typeof ACCOUNT_DATA, listener: (event: MatrixEventLike) => void): unknown;
  on(event: string, listener: () => void): unknown;
  off(event: typeof DECRYPTED | typeof ACCOUNT_DATA, listener: (event: MatrixEventLike) => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** Of its `CryptoApi`. */
export interface MatrixCryptoLike {
  getOwnDeviceKeys(): Promise<{ readonly ed25519: string; readonly curve25519: string }>;
  getSessionBackupPrivateKey(): Promise<Uint8Array | null>;
  getActiveSessionBackupVersion(): Promise<string | null>;
  checkKeyBackupAndEnable(): Promise<unknown>;
  importRoomKeysAsJson(roomKeys: string, options: ImportOptions): Promise<void>;
  resetKeyBackup?(): Promise<void>;
}

/** Of its `Room`. */
export interface MatrixRoomLike {
  readonly roomId: string;
  getLastActiveTimestamp(): number;
  getLiveTimeline(): { getEvents(): readonly MatrixEventLike[] };
}

/** Of its `MatrixEvent`. */
export interface MatrixEventLike {
  getRoomId(): string | undefined;
  isDecryptionFailure(): boolean;
  getType?(): string;
}

interface ImportOptions {
  readonly progressCallback: (progress: ImportProgress) => void;
}

interface ImportProgress {
  readonly stage: string;
  readonly total?: number;
  readonly failures?: number;
}

/** On the crypto backend at run time, with the version since matrix-js-sdk 33; not in its public type. */
interface BackedUpRoomKeyImport {
  importBackedUpRoomKeys(roomKeys: readonly RoomKey[], backupVersion: string, options: ImportOptions): Promise<void>;
}

/** Of the crypto backend, private: only it counts the room keys. */
interface WithOlmMachine {
  readonly olmMachine: {
    roomKeyCounts(): Promise<{ readonly total: number; readonly backedUp: number }>;
  } & UploadingMachine &
    BackingUpMachine;
}

/** Of the crypto backend, not in its public type. With no room key at all it does what follows each new one: looks what is to be uploaded. */
interface UploadingCrypto {
  onRoomKeysUpdated?(roomKeys: readonly never[]): Promise<void>;
}

/** Of `checkKeyBackupAndEnable()`; `null`: there is no backup, or the homeserver does not answer. */
type BackupCheck = { readonly backupInfo: MatrixBackupInfo } | null;

interface MatrixBackupInfo {
  readonly version?: string;
  readonly auth_data: object;
}

/** Of the crypto backend, private. A client that was not syncing has no other sign that it was stopped. */
interface StoppableCrypto {
  readonly stopped?: boolean;
}

const DECRYPTED = "Event.decrypted";
const BACKUP_STATUS = "crypto.keyBackupStatus";
const KEY_CACHED = "crypto.keyBackupDecryptionKeyCached";
const SESSIONS_REMAINING = "crypto.keyBackupSessionsRemaining";
const ACCOUNT_DATA = "accountData";

const controllers = new WeakMap<MatrixClientLike, KeyBackupSyncController>();

/** The one controller of this client, shared by all that show it; another one when that is closed. */
export function controllerFor(client: MatrixClientLike): KeyBackupSyncController {
  const known = controllers.get(client);
  if (known && !known.closed) return known;
  const controller = new KeyBackupSyncController(fromMatrixClient(client));
  controllers.set(client, controller);
  return controller;
}

/**
 * A host for `new KeyBackupSyncController(...)`.
 * @param client logged in, after `initRustCrypto()`
 * @throws TypeError if it is not
 */
export function fromMatrixClient(client: MatrixClientLike): Host {
  const userId = client.getUserId();
  const deviceId = client.getDeviceId();
  const crypto = client.getCrypto();
  if (!userId || !deviceId) throw new TypeError("key-backup-sync: the client has no user or device ID: log in first");
  if (!crypto) throw new TypeError("key-backup-sync: the client has no crypto: call initRustCrypto() first");
  return {
    account: accountOf(client, userId, deviceId),
    cryptoStore: cryptoStoreOf(client, crypto),
    rooms: roomsOf(client),
    importer: crypto,
    onBackupChange(listener) {
      const onAccountData = (event: MatrixEventLike) => {
        if (KEY_STORAGE_TYPES.includes(event.getType?.() ?? "")) listener();
      };
      client.on(BACKUP_STATUS, listener);
      client.on(ACCOUNT_DATA, onAccountData);
      return () => {
        client.off(BACKUP_STATUS, listener);
        client.off(ACCOUNT_DATA, onAccountData);
      };
    },
    onUploading(listener) {
      client.on(SESSIONS_REMAINING, listener);
      return () => client.off(SESSIONS_REMAINING, listener);
    },
    checkBackup: async () => void (await crypto.checkKeyBackupAndEnable()),
    // With the guard of that call, if it has one.
    resetKeyBackup: async () => crypto.resetKeyBackup?.(),
    isStopped: () => isStopped(crypto),
  };
}

const CALLED = ["getUserId", "getDeviceId", "getHomeserverUrl", "getAccessToken", "whoami", "getRooms", "on", "off"];

/** Whether it has all that is called of a client here. */
export function isMatrixClient(client: object): client is MatrixClientLike {
  return CALLED.every((name) => typeof Reflect.get(client, name) === "function");
}

/**
 * Whether `fromMatrixClient` can take a client. `not-yet`: it is not logged in, or `initRustCrypto()` has not finished; no event tells
 * when. `stopped`: after `stopClient()`, for good: neither `startClient()` nor `initRustCrypto()` opens the crypto store again.
 */
export function readinessOf(client: MatrixClientLike): "not-yet" | "ready" | "stopped" {
  const crypto = client.getCrypto();
  if (!crypto || !client.getUserId() || !client.getDeviceId()) return "not-yet";
  return isStopped(crypto) ? "stopped" : "ready";
}

function isStopped(crypto: MatrixCryptoLike): boolean {
  return (crypto as unknown as StoppableCrypto).stopped === true;
}

function accountOf(client: MatrixClientLike, userId: string, deviceId: string): Account {
  return {
    userId,
    deviceId,
    homeserverUrl: client.getHomeserverUrl(),
    getAccessToken: () => client.getAccessToken(),
    async renewAccessToken(refused) {
      // A request through the client: it refreshes the token, as far as it can, before it gives up. If it gives up, the token stays as it
      // is, and whoever uses it once more learns why: refused for good, or no connection.
      if (client.getAccessToken() === refused) await client.whoami().catch(() => {});
      return client.getAccessToken();
    },
  };
}

function cryptoStoreOf(client: MatrixClientLike, crypto: MatrixCryptoLike): CryptoStore {
  const getActive = () => crypto.getActiveSessionBackupVersion();
  const { olmMachine } = crypto as unknown as WithOlmMachine;
  /** The backup that it uploaded to last, as far as was seen here. */
  let lastActive: string | null = null;
  const backUpAgain = () => backUpAgainWith(crypto, olmMachine);
  const markedElsewhere = new MarkedElsewhere(getActive, backUpAgain);
  return {
    async getContents() {
      const { ed25519, curve25519 } = await crypto.getOwnDeviceKeys();
      const { total } = await olmMachine.roomKeyCounts();
      return { storeId: `${ed25519} ${curve25519}`, roomKeyCount: total };
    },
    getDecryptionKey: () => crypto.getSessionBackupPrivateKey(),
    onDecryptionKeyChange(listener) {
      client.on(KEY_CACHED, listener);
      return () => client.off(KEY_CACHED, listener);
    },
    async importRoomKeys(roomKeys, backupVersion) {
      const active = await getActive();
      lastActive = active ?? lastActive;
      // Backed up, but in no backup that there still is: in the midst of a reset it has none for a moment.
      if (lastActive !== null && active !== backupVersion) return importExportedRoomKeys(crypto, roomKeys);
      const result = await importBackedUpRoomKeys(crypto, roomKeys, backupVersion);
      // What fails shows at the end of a run.
      await markedElsewhere.imported(backupVersion).catch(() => {});
      return result;
    },
    importExportedRoomKeys: (roomKeys) => importExportedRoomKeys(crypto, roomKeys),
    async getBackedUp() {
      await markedElsewhere.settle();
      const version = await getActive();
      if (version === null) return null;
      const { backedUp } = await olmMachine.roomKeyCounts();
      return { version, count: backedUp };
    },
    backUpAgain,
    // A backend without it uploads by itself alone.
    ...(olmMachine ? uploadsOf(olmMachine) : {}),
  };
}

/**
 * The client would hear from the homeserver alone that its backup is on again, and an answer that fails leaves it off: so it is never off
 * as far as the client can see.
 */
async function backUpAgainWith(crypto: MatrixCryptoLike, machine: BackingUpMachine): Promise<void> {
  const active = await crypto.getActiveSessionBackupVersion();
  if (active === null) {
    await machine.disableBackup();
    await crypto.checkKeyBackupAndEnable();
  } else if (!(await backUpAgain(machine, active))) await backUpAgainAsTold(crypto, machine, active);
  await (crypto as UploadingCrypto).onRoomKeysUpdated?.([]);
}

/** The client trusts the backup, and has not its decryption key: the homeserver knows its public key. */
async function backUpAgainAsTold(crypto: MatrixCryptoLike, machine: BackingUpMachine, active: string): Promise<void> {
  const check = (await crypto.checkKeyBackupAndEnable()) as BackupCheck;
  const { version, auth_data: authData } = check?.backupInfo ?? {};
  const publicKey: unknown = authData && Reflect.get(authData, "public_key");
  if (typeof publicKey !== "string") throw new KeyBackupSyncError("homeserver-unreachable");
  // With another one it has begun anew.
  if (version !== active) return;
  await machine.disableBackup();
  await machine.enableBackupV1(publicKey, active);
}

function importBackedUpRoomKeys(crypto: MatrixCryptoLike, roomKeys: readonly RoomKey[], backupVersion: string) {
  const backend = crypto as unknown as BackedUpRoomKeyImport;
  return counted(roomKeys, (options) => backend.importBackedUpRoomKeys(roomKeys, backupVersion, options));
}

function importExportedRoomKeys(crypto: MatrixCryptoLike, roomKeys: readonly RoomKey[]) {
  return counted(roomKeys, (options) => crypto.importRoomKeysAsJson(JSON.stringify(roomKeys), options));
}

/** What the crypto store drops without a word is in neither of its counts: only what it says it took is imported. */
async function counted(roomKeys: readonly RoomKey[], importAll: (options: ImportOptions) => Promise<void>) {
  let accepted = 0;
  await importAll({
    progressCallback: ({ total, failures }) => {
      if (total !== undefined && failures !== undefined) accepted = total - failures;
    },
  });
  return { rejected: roomKeys.length - accepted };
}

/**
 * The rooms of the crypto store are not among the known ones: the OlmMachine of the client is private, and its `exportRoomKeys()`
 * would decrypt every key there is to tell of which room it is.
 */
function roomsOf(client: MatrixClientLike): Rooms {
  return {
    known: async () => client.getRooms().map(({ roomId }) => roomId),
    onUndecryptable(listener) {
      const onDecrypted = (event: MatrixEventLike) => {
        const roomId = event.getRoomId();
        if (roomId && event.isDecryptionFailure()) listener(roomId);
      };
      let isSubscribed = true;
      client.on(DECRYPTED, onDecrypted);
      queueMicrotask(() => {
        for (const roomId of unreadableRooms(client)) if (isSubscribed) listener(roomId);
      });
      return () => {
        isSubscribed = false;
        client.off(DECRYPTED, onDecrypted);
      };
    },
  };
}

/** IDs of the rooms with an unreadable message, the ones that were active last first. */
function unreadableRooms(client: MatrixClientLike): string[] {
  return client
    .getRooms()
    .filter((room) => room.getLiveTimeline().getEvents().some(isUnreadable))
    .sort((a, b) => b.getLastActiveTimestamp() - a.getLastActiveTimestamp())
    .map(({ roomId }) => roomId);
}

function isUnreadable(event: MatrixEventLike): boolean {
  return event.isDecryptionFailure();
}
