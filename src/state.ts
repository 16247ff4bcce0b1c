/**
 * What can be known of a run from outside: one discriminated union, replaced whole, and the pure questions one may ask of it.
 * It does not know how a state comes about: see controller.ts.
 */
import type { KeyBackupSyncError } from "./errors.js";

/**
 * What the homeserver says of the backup (`GET /room_keys/version`).
 * @see https://spec.matrix.org/v1.16/client-server-api/#get_matrixclientv3room_keysversion
 */
export interface BackupInfo {
  /** The backup version: an opaque string. */
  readonly version: string;
  /** Changes whenever the keys in the backup change. */
  readonly etag: string;
  /** Number of room keys in the backup. */
  readonly count: number;
}

/** Why a room key of the backup cannot be used. It is counted, never hidden, and the keys around it are imported. */
export type FailureReason =
  /** What the homeserver sent for this session is not a backed-up room key. */
  | "malformed"
  /** It does not decrypt with the backup's key. */
  | "undecryptable"
  /** It decrypts, but what is inside is not a room key that the crypto store takes. */
  | "rejected";

/** Counts of room keys. Always: downloaded = imported + failed + (safe, not yet imported). Survives a reload. */
export interface Progress {
  /** What there is to do: the backup's `count`, or more when the homeserver sent more. */
  readonly total: number;
  /** Safe: a copy is on this device, still encrypted. */
  readonly downloaded: number;
  /**
   * In the crypto store: messages can be decrypted with them. A session that the backup has twice, under two spellings of its ID, counts
   * twice, and is in the store once, by its better copy.
   */
  readonly imported: number;
  /** Could not be used, by reason. */
  readonly failures: Readonly<Record<FailureReason, number>>;
}

/** How fast it goes, once that is known. */
export interface Pace {
  /** Room keys a second: of the import, or of the download as long as nothing is imported. */
  readonly keysPerSecond: number;
  /** Seconds until all is done at this pace. */
  readonly secondsLeft: number;
}

/** Where room keys are that are downloaded, but not yet imported. */
export type Safekeeping =
  /** In the storage of this device: they outlive the page. */
  | "device"
  /** There is no room for them: in memory, some at a time. If the page goes, the download begins again, and skips what is imported. */
  | "no-room"
  /** The browser lets this page store nothing, as in some private windows: in memory likewise. */
  | "denied";

/**
 * What became of backups that this device had begun to download when they were deleted, or replaced by another, and of older ones that the
 * homeserver still has.
 */
export interface ReplacedBackups {
  /** Room keys that are not downloaded. Those of a backup that was deleted are gone, unless another device has them. */
  readonly notDownloaded: number;
  /** Room keys that are on this device, but of no use without the recovery key of that backup. */
  readonly locked: number;
  /** Room keys that could not be used, or that the crypto store refused. The latter are kept on this device and tried again. */
  readonly failed: number;
}

/** A run that knows which backup it is about. */
export interface Sync {
  readonly backup: BackupInfo;
  readonly progress: Progress;
  readonly safekeeping: Safekeeping;
  /** `null` if there is nothing to tell of others. */
  readonly replaced: ReplacedBackups | null;
}

export const INTENSITIES = ["gentle", "balanced", "fast"] as const;

/** How much of the device the import takes: as little as can be, as much as nobody feels, or all that keeps the page usable. */
export type Intensity = (typeof INTENSITIES)[number];

/** What a run waits for; it goes on by itself. */
export type WaitingReason =
  /** The backup decryption key is not known on this device yet: the person may enter the recovery key or verify. */
  | "decryption-key"
  /** The connection is metered (`navigator.connection.saveData`): goes on by resume, or when it no longer is. */
  | "metered"
  /** No connection to the homeserver. */
  | "offline"
  /** The homeserver asked to slow down (429). */
  | "rate-limited"
  /** The homeserver answered with a fault of its own (5xx), or went silent in mid-answer. */
  | "homeserver-error"
  /** Another tab of this account is doing it. */
  | "other-tab";

/** Why there is nothing to do, though all is well. */
export type UnavailableReason =
  /** The account has no key backup. */
  | "no-backup"
  /** The backup uses an algorithm other than `m.megolm_backup.v1.curve25519-aes-sha2`. */
  | "unsupported-algorithm"
  /**
   * A reset deleted the backup, and made no new one: the page closed in the midst of it, or the homeserver refused. Room keys may be on this
   * device alone until the reset is finished. Kept over a reload.
   */
  | "reset-unfinished"
  /** The user turned key storage off, here or on another device: `m.key_backup` of the account data (MSC4287). */
  | "key-storage-off";

/** Why an upload rests. It goes on by itself. */
export type UploadHold =
  /** No connection to the homeserver. */
  | "offline"
  /** The homeserver asked to slow down (429). */
  | "rate-limited"
  /** The homeserver has no storage space for more (413, 507), or no more of it for this account. */
  | "quota-exceeded"
  /** The homeserver answered with an error of its own (5xx). */
  | "homeserver-error";

/** The upload of room keys that are in the crypto store of this device, and not in the account's key backup. */
export interface Upload {
  /** Room keys in the crypto store. */
  readonly total: number;
  /** How many of them are in the key backup. */
  readonly done: number;
  /** Seconds until all are, `null` as long as nobody knows. */
  readonly secondsLeft: number | null;
  /** `null` if it goes on. */
  readonly hold: UploadHold | null;
}

/** Whatever the run is at: room keys may be on this device alone, as after a reset. Signing out loses them then. */
interface WithUpload {
  /** `null`, or left out, if nothing is to be uploaded, or the host does not tell. */
  readonly uploading?: Upload | null;
}

export type KeyBackupSyncState = RunState & WithUpload;

type RunState =
  /** Nothing asked yet, or stopped. Goes to `checking` by start. */
  | { readonly status: "idle" }
  /** Reads what is kept and asks the homeserver for the present version. */
  | { readonly status: "checking" }
  /** A client of this device resets the key backup: the old one is being deleted, and the new one is not there yet. */
  | { readonly status: "resetting" }
  /** There is nothing to download. `checking` again by start. */
  | { readonly status: "unavailable"; readonly reason: UnavailableReason; readonly replaced: ReplacedBackups | null }
  /** The homeserver is sending; importing may run beside it. */
  | ({ readonly status: "downloading"; readonly pace: Pace | null } & Sync)
  /** What was downloaded is safe on this device, and goes into the crypto store; the homeserver is not needed for that. */
  | ({ readonly status: "importing"; readonly pace: Pace | null } & Sync)
  /** By the person; kept over a reload. Goes on by resume. */
  | ({ readonly status: "paused" } & Sync)
  /** Goes on by itself: at `retryAt` (milliseconds since the epoch), or when told. */
  | {
      readonly status: "waiting";
      readonly reason: WaitingReason;
      readonly retryAt: number | null;
      readonly sync: Sync | null;
    }
  /** Every key of the backup is imported or counted as failed. */
  | ({ readonly status: "complete" } & Sync)
  /** Needs a person; what is safe stays safe. `checking` again by start. */
  | { readonly status: "failed"; readonly error: KeyBackupSyncError; readonly sync: Sync | null };

export type Status = KeyBackupSyncState["status"];

export const IDLE: KeyBackupSyncState = Object.freeze({ status: "idle" });

/** A reset deleted the backup and made no new one. */
export function isResetUnfinished(state: KeyBackupSyncState): boolean {
  return state.status === "unavailable" && state.reason === "reset-unfinished";
}

/** Room keys that are on this device alone, and are being uploaded. */
export function uploadCount({ uploading }: KeyBackupSyncState): number {
  return uploading ? Math.max(0, uploading.total - uploading.done) : 0;
}

/** The backup and the counts of a state, where it has them. */
export function syncOf(state: KeyBackupSyncState): Sync | null {
  if (state.status === "waiting" || state.status === "failed") return state.sync;
  return "progress" in state ? state : null;
}

/** Nothing goes on, and nothing will by itself. */
export function isAtRest(state: KeyBackupSyncState): boolean {
  return canStart(state) || state.status === "paused";
}

/** What became of earlier backups, where that is known and there is something to tell. */
export function replacedBy(state: KeyBackupSyncState): ReplacedBackups | null {
  return state.status === "unavailable" ? state.replaced : (syncOf(state)?.replaced ?? null);
}

/** Room keys that could not be used, for whatever reason. */
export function failedCount({ failures }: Pick<Progress, "failures">): number {
  return failures.malformed + failures.undecryptable + failures.rejected;
}

/** Room keys that are safe on this device, but not yet in the crypto store. */
export function spooledCount(progress: Progress): number {
  return progress.downloaded - progress.imported - failedCount(progress);
}

export function canStart({ status }: KeyBackupSyncState): boolean {
  return status === "idle" || status === "unavailable" || status === "complete" || status === "failed";
}

export function canPause(state: KeyBackupSyncState): boolean {
  if (state.status === "waiting")
    return state.sync !== null && state.reason !== "other-tab" && state.reason !== "metered";
  return state.status === "downloading" || state.status === "importing";
}

export function canResume(state: KeyBackupSyncState): boolean {
  return state.status === "paused" || (state.status === "waiting" && state.reason === "metered");
}

export function canStop(state: KeyBackupSyncState): boolean {
  if (state.status === "waiting") return state.reason !== "other-tab";
  if (state.status === "failed") return state.sync !== null;
  return state.status === "checking" || state.status === "paused" || canPause(state);
}

/**
 * A run as an element sees it: the state of now, a `statechange` event whenever it is replaced, and requests. None of them changes
 * the state by itself: the state changes when it is so.
 */
export interface KeyBackupSyncRun extends EventTarget {
  readonly state: KeyBackupSyncState;
  /** Of the import; `balanced` at first. Takes effect at once, also in the middle of a run. */
  intensity: Intensity;
  /** Starts, or starts again after a failure, a stop or a completed pass. */
  start(): Promise<void>;
  /** Start as the page opens: keeps to what the person chose last, so that paused stays paused and stopped stays idle. */
  autoStart(): Promise<void>;
  /** Resolves when nothing is in flight any more. Kept over a reload. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Pauses, then forgets what is spooled of the present backup. Keys that are imported stay imported. */
  stop(): Promise<void>;
  /**
   * After `reset-unfinished`: makes the new backup, where the host can do that. Else it does nothing, and the page has to.
   * @param confirm asked where room keys would be lost, as those of an older backup that is left
   */
  finishReset?(confirm?: () => Promise<boolean>): Promise<void>;
}
