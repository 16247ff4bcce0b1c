/** At least one example of every state, by a name for stories and tests. A status, a reason or an error code without one does not compile. */
import { type ErrorCode, KeyBackupSyncError } from "../src/errors.js";
import type {
  KeyBackupSyncState,
  Pace,
  Progress,
  ReplacedBackups,
  Safekeeping,
  Sync,
  UnavailableReason,
  Upload,
  WaitingReason,
} from "../src/state.js";

type StateOf<S extends KeyBackupSyncState["status"]> = Extract<KeyBackupSyncState, { status: S }>;

export const TOTAL = 100_000;

/** A run that has come so far. */
export function sync(progress: Partial<Progress> = {}): Sync {
  const { total = TOTAL } = progress;
  return {
    backup: { version: "7", etag: "42", count: total },
    progress: {
      total,
      downloaded: 0,
      imported: 0,
      failures: { malformed: 0, undecryptable: 0, rejected: 0 },
      ...progress,
    },
    safekeeping: "device",
    replaced: null,
  };
}

const DOWNLOAD_PACE: Pace = { keysPerSecond: 8_412, secondsLeft: 7.4 };
const IMPORT_PACE: Pace = { keysPerSecond: 2_063, secondsLeft: 18.9 };
const SLOW_PACE: Pace = { keysPerSecond: 11.6, secondsLeft: 5_327 };
const IN_DOWNLOAD = sync({ downloaded: 38_214 });
const IN_IMPORT = sync({ downloaded: TOTAL, imported: 61_050 });
const DOWNLOADED = sync({ downloaded: TOTAL });
const FAILURES = { malformed: 2, undecryptable: 7, rejected: 1 };

function inMemory(safekeeping: Exclude<Safekeeping, "device">, known: Sync): Sync {
  return { ...known, safekeeping };
}

export const UPLOAD: Upload = { total: 20_000, done: 5_800, secondsLeft: 71, hold: null };

export const REPLACED: ReplacedBackups = { notDownloaded: 1_204, locked: 318, failed: 2 };

/** Milliseconds until the next try of a state that waits. */
const RETRY_AFTER = 20_000;

function waiting(reason: WaitingReason, known: Sync | null, retryAfter?: number): StateOf<"waiting"> {
  return { status: "waiting", reason, retryAt: retryAfter ? Date.now() + retryAfter : null, sync: known };
}

function failed(code: ErrorCode, known: Sync | null = null): StateOf<"failed"> {
  return { status: "failed", error: new KeyBackupSyncError(code), sync: known };
}

export const WAITING = {
  "decryption-key": waiting("decryption-key", DOWNLOADED),
  metered: waiting("metered", sync()),
  offline: waiting("offline", IN_DOWNLOAD, RETRY_AFTER),
  "rate-limited": waiting("rate-limited", IN_DOWNLOAD, RETRY_AFTER),
  "homeserver-error": waiting("homeserver-error", IN_DOWNLOAD, RETRY_AFTER),
  "other-tab": waiting("other-tab", null),
} as const satisfies Record<WaitingReason, StateOf<"waiting">>;

export const UNAVAILABLE = {
  "no-backup": { status: "unavailable", reason: "no-backup", replaced: null },
  "unsupported-algorithm": { status: "unavailable", reason: "unsupported-algorithm", replaced: null },
  "reset-unfinished": { status: "unavailable", reason: "reset-unfinished", replaced: null },
  "key-storage-off": { status: "unavailable", reason: "key-storage-off", replaced: null },
} as const satisfies Record<UnavailableReason, StateOf<"unavailable">>;

export const FAILED = {
  "homeserver-unreachable": failed("homeserver-unreachable"),
  "rate-limited": failed("rate-limited"),
  "homeserver-error": failed("homeserver-error"),
  "quota-exceeded": failed("quota-exceeded"),
  unauthorized: failed("unauthorized", IN_DOWNLOAD),
  "malformed-response": failed("malformed-response", IN_DOWNLOAD),
  "backup-replaced": failed("backup-replaced", IN_IMPORT),
  "decryption-key-mismatch": failed("decryption-key-mismatch", DOWNLOADED),
  "storage-full": failed("storage-full", IN_DOWNLOAD),
  "storage-unavailable": failed("storage-unavailable"),
  "worker-crashed": failed("worker-crashed", IN_IMPORT),
  "worker-unavailable": failed("worker-unavailable"),
  "import-failed": failed("import-failed", IN_IMPORT),
  "rescue-copy-damaged": failed("rescue-copy-damaged", DOWNLOADED),
  "rescue-copy-is-key-export": failed("rescue-copy-is-key-export", DOWNLOADED),
  "rescue-copy-overtaken": failed("rescue-copy-overtaken", IN_IMPORT),
  "recovery-key-invalid": failed("recovery-key-invalid", DOWNLOADED),
  "backup-key-not-stored": failed("backup-key-not-stored", DOWNLOADED),
  "stored-backup-key-mismatch": failed("stored-backup-key-mismatch", DOWNLOADED),
  "recovery-key-unchecked": failed("recovery-key-unchecked", DOWNLOADED),
  "nothing-to-save": failed("nothing-to-save"),
  "decryption-key-unknown": failed("decryption-key-unknown"),
  "client-invalid": failed("client-invalid"),
  "passphrase-missing": failed("passphrase-missing", DOWNLOADED),
  "reset-declined": failed("reset-declined", IN_IMPORT),
} as const satisfies Record<ErrorCode, StateOf<"failed">>;

export const BY_STATUS = {
  idle: { Idle: { status: "idle" } },
  checking: { Checking: { status: "checking" } },
  resetting: { Resetting: { status: "resetting" } },
  unavailable: {
    "No backup": UNAVAILABLE["no-backup"],
    "No backup, an earlier one was deleted": { ...UNAVAILABLE["no-backup"], replaced: REPLACED },
    "Unsupported algorithm": UNAVAILABLE["unsupported-algorithm"],
    "The reset did not finish": UNAVAILABLE["reset-unfinished"],
    "Key storage is turned off": UNAVAILABLE["key-storage-off"],
  },
  downloading: {
    "Download begins": { status: "downloading", pace: null, ...sync() },
    Downloading: { status: "downloading", pace: DOWNLOAD_PACE, ...IN_DOWNLOAD },
    "Downloading slowly, importing beside it": {
      status: "downloading",
      pace: SLOW_PACE,
      ...sync({ downloaded: 38_214, imported: 12_300 }),
    },
  },
  importing: {
    "Importing, no room left": { status: "importing", pace: IMPORT_PACE, ...inMemory("no-room", IN_IMPORT) },
    "Importing in a private window": { status: "importing", pace: IMPORT_PACE, ...inMemory("denied", IN_IMPORT) },
    "Import begins": { status: "importing", pace: null, ...DOWNLOADED },
    Importing: { status: "importing", pace: IMPORT_PACE, ...IN_IMPORT },
    "Importing, keys of an earlier backup are uploaded": {
      status: "importing",
      pace: IMPORT_PACE,
      ...IN_IMPORT,
      uploading: UPLOAD,
    },
    "Importing, some keys failed": {
      status: "importing",
      pace: IMPORT_PACE,
      ...sync({ downloaded: TOTAL, imported: 61_050, failures: FAILURES }),
    },
  },
  paused: {
    "Paused in the download": { status: "paused", ...IN_DOWNLOAD },
    "Paused in the import": { status: "paused", ...IN_IMPORT },
  },
  waiting: {
    "Waiting for the recovery key": WAITING["decryption-key"],
    "Waiting for the recovery key, not all downloaded": waiting("decryption-key", inMemory("no-room", IN_DOWNLOAD)),
    "Connection set to save data": WAITING.metered,
    "Waiting for a connection": WAITING.offline,
    "Waiting for a connection, in memory": waiting("offline", inMemory("denied", IN_DOWNLOAD), RETRY_AFTER),
    "Waiting for a connection, backup unknown": waiting("offline", null, RETRY_AFTER),
    "Rate-limited": WAITING["rate-limited"],
    "Homeserver has a fault": WAITING["homeserver-error"],
    "Another tab is taking care of it": WAITING["other-tab"],
  },
  complete: {
    Complete: { status: "complete", ...sync({ downloaded: TOTAL, imported: TOTAL }) },
    "Complete, an earlier backup was replaced": {
      status: "complete",
      ...sync({ downloaded: TOTAL, imported: TOTAL }),
      replaced: REPLACED,
    },
    "Complete, some keys failed": {
      status: "complete",
      ...sync({ downloaded: TOTAL, imported: TOTAL - 10, failures: FAILURES }),
    },
    "Complete, some keys were not sent": {
      status: "complete",
      ...sync({
        downloaded: TOTAL - 12,
        imported: TOTAL - 13,
        failures: { malformed: 0, undecryptable: 1, rejected: 0 },
      }),
    },
    "Complete, every key failed": {
      status: "complete",
      ...sync({ total: 8, downloaded: 8, failures: { malformed: 0, undecryptable: 8, rejected: 0 } }),
    },
    "Complete, the backup is empty": { status: "complete", ...sync({ total: 0 }) },
    "Complete, keys are uploaded to an empty backup": { status: "complete", ...sync({ total: 0 }), uploading: UPLOAD },
    "Complete, the upload has no storage space": {
      status: "complete",
      ...sync({ downloaded: TOTAL, imported: TOTAL }),
      uploading: { ...UPLOAD, secondsLeft: null, hold: "quota-exceeded" },
    },
  },
  failed: {
    "Homeserver not reached": FAILED["homeserver-unreachable"],
    "Rate-limited for good": FAILED["rate-limited"],
    "Homeserver failed": FAILED["homeserver-error"],
    "Signed out": FAILED.unauthorized,
    "Malformed response": FAILED["malformed-response"],
    "Backup replaced": FAILED["backup-replaced"],
    "Wrong decryption key": FAILED["decryption-key-mismatch"],
    "Storage full": FAILED["storage-full"],
    "Storage unavailable": FAILED["storage-unavailable"],
    "Worker crashed": FAILED["worker-crashed"],
    "Worker not loaded": FAILED["worker-unavailable"],
    "Import failed": FAILED["import-failed"],
  },
} as const satisfies { [S in KeyBackupSyncState["status"]]: Record<string, StateOf<S>> };

/** All of them in one list. */
export const STATES: readonly (readonly [name: string, state: KeyBackupSyncState])[] = Object.values(BY_STATUS).flatMap(
  (states): [string, KeyBackupSyncState][] => Object.entries(states),
);
