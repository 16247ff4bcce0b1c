/**
 * The wire between the page and its worker: what may be called, and the messages that carry it. Types only. Plain text of room keys crosses
 * it in the answers of `nextBatch`, `nextOfRoom` and `nextOfRescueFile`; what the user entered and decryption keys cross it towards the
 * worker alone. The bytes of the backup stay in the worker, but for the files that the user saves (`nextOfRescueCopy`).
 */
import type { ErrorCode } from "./errors.js";
import type { CryptoStoreContents, RoomKey } from "./host.js";
import type { AssessedOccasion, OlderBackupKeys } from "./reset.js";
import type { BackupInfo, FailureReason, Progress, Safekeeping } from "./state.js";

export type { AssessedOccasion };

/** Whose spool it is, and where its backup lives. */
export interface Identity {
  readonly userId: string;
  readonly deviceId: string;
  readonly homeserverUrl: string;
}

/** What the person chose last. It outlives the page. */
export type Choice = "run" | "paused" | "stopped";

/** A backup this device holds a copy of, or a part of one. */
export interface KeptBackup {
  /** Names it in the calls: two backups may have had the same version. */
  readonly backupId: string;
  readonly backup: BackupInfo;
  readonly progress: Progress;
  /** The download is done: every byte the homeserver had is spooled. */
  readonly whole: boolean;
  /** Every key of it is imported or counted as failed. */
  readonly settled: boolean;
  /** Some of what was downloaded is not imported yet. */
  readonly hasSpooled: boolean;
  /** The backup as it was when a download of it last came to its end, `null` if none did, or another one was begun since. */
  readonly passed: BackupInfo | null;
  readonly safekeeping: Safekeeping;
  /** When the last download of it was begun or went on, in milliseconds since the epoch. */
  readonly usedAt: number;
}

/** The backup the homeserver has now, and what is kept of just that one; and of others, that are no longer the account's. */
export type BackupCheck = { readonly replaced: readonly KeptBackup[] } & (
  | { readonly available: "no-backup" | "key-storage-off" | "unsupported-algorithm" }
  /** The homeserver's answer describes no backup. `kept` is what is kept of the last one that was the account's. */
  | { readonly available: "malformed"; readonly kept: KeptBackup | null }
  | { readonly available: "yes"; readonly kept: KeptBackup }
);

/** What became of a reset of the backup that was begun on this device: `unfinished`, there is none that the client can use. */
export type ResetOutcome = "none" | "unfinished";

/** What is known without the homeserver. */
export interface Recalled {
  readonly choice: Choice;
  /** Of the last backup that was the account's. */
  readonly kept: KeptBackup | null;
  /** A reset was begun on this device, and perhaps not finished. */
  readonly hasResetNote: boolean;
  /** Room keys of other backups that are kept here and not imported. */
  readonly earlier: number;
}

/** The account's backup at this moment, beside what is kept of it. */
export interface BackupComparison {
  /** Of the present backup, `null` if there is none. */
  readonly version: string | null;
  /** Room keys in it. */
  readonly count: number;
  /** The last `check` of this worker found another backup, or none. */
  readonly isOther: boolean;
  /** The decryption key that was asked with is of another backup than the present one. */
  readonly isOtherKey: boolean;
  /** What is kept is all of the backup as it is now. */
  readonly isCurrent: boolean;
  /** A download of it came to its end, if only of what the backup was then. */
  readonly hasPassed: boolean;
  /** Of what is kept, `null` if nothing is. */
  readonly progress: Progress | null;
  /** The decryption key of it was kept. */
  readonly hasKey: boolean;
  /** A reset that was begun on this device has not made a backup that the client can use. */
  readonly isResetUnfinished: boolean;
  /** Room keys of backups that the homeserver does not have, as far as is known, which are kept here and not imported. */
  readonly earlier: number;
  /** Room keys in the crypto store that came from backups which the homeserver still has. */
  readonly fromBackups: number;
  /** `null` if they were not asked for. */
  readonly older: OlderRisk | null;
}

/** Of older backups that the homeserver still has. */
export interface OlderRisk extends OlderBackupKeys {
  /** Some versions could not be asked for. */
  readonly isUnsure: boolean;
}

/** What became of an attempt to unlock all backups, of which at least one is unlocked. */
export interface Unlocked {
  /** Others are not, and the account data, which might unlock them, cannot be read now. */
  readonly isUnchecked: boolean;
}

/** A megolm session that is to be in the backup. */
export interface SessionSample {
  readonly roomId: string;
  readonly sessionId: string;
  readonly firstMessageIndex: number;
}

/** An upload of this device, as the homeserver answered. */
export interface OwnUpload {
  readonly version: string;
  /** What tells the backup after it from the one before. */
  readonly etag: string;
  readonly count: number;
  /** One of its sessions. */
  readonly sample: EncryptedSample;
  /** The crypto store that it comes from. */
  readonly store: CryptoStoreContents;
}

export interface EncryptedSample {
  readonly roomId: string;
  readonly sessionId: string;
  /** The `ephemeral` of its `session_data`: no two encryptions have the same. */
  readonly ephemeral: string;
}

/** How far a download is. */
export type Spooled = Pick<KeptBackup, "progress" | "safekeeping">;

/** A place in the spool: just behind a room key that is settled. */
export interface Cursor {
  readonly segment: number;
  readonly chunk: number;
  /** Bytes into the chunk. */
  readonly offset: number;
  /** Where in the JSON that is, `null` at the start of a segment. */
  readonly inside: JsonPlace | null;
}

/** Behind a member of one of the backup's objects: how deep, and in which room. */
export interface JsonPlace {
  readonly level: number;
  readonly roomId: string | null;
}

/** Some decrypted room keys, what could not be decrypted on the way, and where the spool goes on behind them. */
export interface Batch {
  readonly roomKeys: readonly RoomKey[];
  readonly failures: Readonly<Record<FailureReason, number>>;
  readonly end: Cursor;
}

/** The beginning of a rescue copy. */
export interface RescueCopyBegin {
  readonly id: number;
  /** How many room keys that are spooled are not in it. */
  readonly leftOut: number;
}

/** The end of a rescue copy. */
export interface RescueCopyEnd {
  /** Some of what was downloaded was not there any more, and is not in it. */
  readonly hasGaps: boolean;
}

/** Some room keys of a file, and what could not be decrypted on the way. */
export type DecryptedBatch = Pick<Batch, "roomKeys" | "failures">;

/** What became of all batches that were given and not settled. */
export interface SettledBatch {
  /** Room keys that the crypto store rejected, by their places in these batches, one behind the other. It has all others. */
  readonly rejected: readonly number[];
}

export interface SettledInStore extends SettledBatch {
  /** The crypto store that has the others. */
  readonly store: CryptoStoreContents;
}

export type NextBatch =
  | { readonly kind: "batch"; readonly batch: Batch; readonly progress: Progress }
  /** All that is spooled so far is settled; the download has more to come. */
  | { readonly kind: "caught-up"; readonly progress: Progress }
  | { readonly kind: "end"; readonly progress: Progress };

/** What the page may call. Each answers once, or throws a KeyBackupSyncError, or `AbortError` when its signal was aborted. */
export interface WorkerCalls {
  /**
   * What was chosen last, and what is kept, without asking the homeserver.
   * @param store the crypto store of now; `null` if it cannot be asked: nothing counts as settled then
   */
  recall(store: CryptoStoreContents | null): Promise<Recalled>;
  /** Keeps the choice. */
  choose(choice: Choice): Promise<void>;
  /**
   * Counts as not imported what is not in this crypto store, or may not be. Only for the tab that has the run.
   * @returns whether there was something to be imported again
   */
  matchStore(store: CryptoStoreContents): Promise<boolean>;
  /** Asks the homeserver for the present backup version and looks up what is kept of it. */
  check(): Promise<BackupCheck>;
  /** Spools what is missing of this backup, with `downloaded` notes on the way. Resolves when it is whole. @param rooms that are known here */
  download(backupId: string, rooms: readonly string[]): Promise<KeptBackup>;
  /**
   * Looks for older backups that the homeserver still has, as the last `check` said which is the present one.
   * @returns those that are not all downloaded: to be given to `download`
   */
  findOlder(): Promise<readonly KeptBackup[]>;
  /** An older backup is left as it is now. What of it is in memory is to be downloaded again. */
  leaveOlder(backupId: string): Promise<KeptBackup>;
  /** Keeps what the client takes for the decryption key (32 bytes) of this backup, beside others that it took for it before. */
  keepKey(backupId: string, decryptionKey: Uint8Array): Promise<void>;
  /** Keeps a decryption key (32 bytes) with each backup that it opens. */
  keepKeyOfAll(decryptionKey: Uint8Array): Promise<void>;
  /**
   * Opens what is spooled of this backup, with this decryption key (32 bytes) or one that was kept.
   * @returns false if there is none
   */
  openBackup(backupId: string, decryptionKey: Uint8Array | null): Promise<boolean>;
  /**
   * The client may count room keys as backed up in this backup that were in another one of the same version. True once, as soon as the
   * client has the decryption key (32 bytes) of this backup: all of its room keys are to be uploaded again then.
   */
  takeChange(backupId: string, decryptionKey: Uint8Array): Promise<boolean>;
  /**
   * Settles what was given before, then answers with the next batch, of at most `limit` keys.
   * @param settled `null`: nothing was given, or it is to be settled together with the next. Where there is no next, that is an empty one.
   */
  nextBatch(limit: number, settled: SettledInStore | null): Promise<NextBatch>;
  /** Asks for one room's keys of the opened backup. */
  openRoom(roomId: string): Promise<void>;
  /** The next of that room, of at most `limit` keys; `null` at the end. They are in no count. */
  nextOfRoom(limit: number): Promise<readonly RoomKey[] | null>;
  /**
   * Begins a rescue copy of what is spooled. One that was begun before breaks off.
   * @param passphrase of a key export, `null` for an archive
   */
  openRescueCopy(passphrase: string | null): Promise<RescueCopyBegin>;
  /** The next piece of it, or its end. @param id of the copy */
  nextOfRescueCopy(id: number): Promise<Uint8Array | RescueCopyEnd>;
  closeRescueCopy(id: number): Promise<void>;
  /** Checks all of an archive, and opens it. One that was opened before is closed. @returns its ID */
  openRescueFile(file: Blob, recoveryKey: string): Promise<number>;
  /** Its next room keys, `null` at the end. @param id of the file */
  nextOfRescueFile(id: number): Promise<DecryptedBatch | null>;
  closeRescueFile(id: number): Promise<void>;
  /**
   * Asks the homeserver for the present backup, and changes nothing.
   * @param decryptionKey of the client (32 bytes)
   * @param store the crypto store of now; `null` if nothing is wanted of what is kept: there seems to be nothing then
   * @param occasion `reset` if not given
   */
  compare(
    decryptionKey: Uint8Array | null,
    store: CryptoStoreContents | null,
    occasion?: AssessedOccasion,
  ): Promise<BackupComparison>;
  /** Whether a reset was begun on this device, and is not known to be over. */
  hasResetNote(): Promise<boolean>;
  /** The client is about to reset the backup: keeps its decryption key, and notes which backup there is now. @param decryptionKey of the client (32 bytes) */
  noteReset(decryptionKey: Uint8Array | null): Promise<ResetOutcome>;
  /** No reset goes on: asks the homeserver what became of the one that was noted. @param decryptionKey of the client (32 bytes) */
  resetOutcome(decryptionKey: Uint8Array | null): Promise<ResetOutcome>;
  /** Keeps the decryption key of all that is spooled and opened by this recovery key. */
  unlock(recoveryKey: string): Promise<Unlocked>;
  /** Puts these room keys into the backup of that version. @param body JSON @returns the body of the homeserver's answer */
  uploadRoomKeys(version: string, body: string): Promise<string>;
  /** Notes what this device itself put into its backup: that need not be downloaded. */
  noteUpload(upload: OwnUpload): Promise<void>;
  /** Whether the backup of that version has each of these sessions, from that first message index or an earlier one. */
  hasSessions(version: string, sessions: readonly SessionSample[]): Promise<boolean>;
  /** The user turned key storage off, by the account data. */
  isKeyStorageOff(): Promise<boolean>;
  /** Answers after so many milliseconds, or when aborted: the timers of a worker keep their pace in hidden tabs. */
  rest(milliseconds: number): Promise<void>;
  /** Deletes all that is spooled, but for what other backups than the present one need to be imported. */
  forget(): Promise<void>;
  /** Deletes that, and everything else that was ever stored for this user and device. */
  erase(): Promise<void>;
}

export type CallName = keyof WorkerCalls;

export type PageMessage =
  | {
      readonly type: "begin";
      readonly identity: Identity;
      /** Name of the lock that the worker holds for as long as it lives. */
      readonly lock: string;
      /** Of crypto-wasm; `null` where it finds its file by itself. */
      readonly wasmUrl: string | null;
    }
  | { readonly type: "call"; readonly id: number; readonly name: CallName; readonly args: readonly unknown[] }
  | { readonly type: "abort"; readonly id: number }
  | { readonly type: "access-token"; readonly id: number; readonly token: string | null }
  /** Nobody asks for anything any more. */
  | { readonly type: "end" };

export type WorkerMessage =
  | { readonly type: "result"; readonly id: number; readonly value: unknown }
  | {
      readonly type: "error";
      readonly id: number;
      readonly code: ErrorCode | "aborted";
      readonly retryAfterMs: number | null;
      /** Why WebAssembly could not be loaded, in the browser's words. */
      readonly detail?: string;
    }
  /** It has let go of its database and its files, as it was asked to. */
  | { readonly type: "ended" }
  /** More is spooled. */
  | { readonly type: "downloaded"; readonly spooled: Spooled }
  /** Wants the access token, or a new one in place of the one the homeserver refused. */
  | { readonly type: "want-access-token"; readonly id: number; readonly refused: string | null };
