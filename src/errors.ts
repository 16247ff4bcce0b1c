/** The faults a person may have to know of: one class, a stable code, and what can be done about it. */

/** What brings the run on. `wait`: nothing to do, it tries again by itself. The others need a person. */
export type NextMove =
  | "wait"
  | "log-in-again"
  | "enter-recovery-key"
  | "enter-earlier-recovery-key"
  | "verify-device"
  | "free-storage"
  | "choose-another-file"
  | "choose-passphrase"
  | "export-from-app"
  | "try-again"
  | "tell-homeserver-admin"
  | "tell-app-developer";

const CODES = {
  "homeserver-unreachable": ["wait", "The homeserver cannot be reached, or its answer broke off."],
  "rate-limited": ["wait", "The homeserver asked to slow down."],
  "homeserver-error": ["wait", "The homeserver answered with a fault of its own."],
  "quota-exceeded": ["wait", "The homeserver has no storage space for more room keys."],
  unauthorized: ["log-in-again", "The homeserver no longer accepts this session."],
  "malformed-response": ["tell-homeserver-admin", "What the homeserver sent is not a key backup."],
  "backup-replaced": ["try-again", "The backup was deleted or replaced by a new version."],
  "decryption-key-mismatch": ["enter-recovery-key", "The key is not the one of this backup."],
  "storage-full": ["free-storage", "There is no room left on this device."],
  "storage-unavailable": ["try-again", "The browser refuses to store data for this page, or lost some that it had."],
  "worker-crashed": ["try-again", "The background worker of the download died."],
  "worker-unavailable": ["tell-app-developer", "The background worker, or the WebAssembly in it, could not be loaded."],
  "import-failed": ["try-again", "The crypto store refused the room keys."],
  "rescue-copy-damaged": ["choose-another-file", "The file is no rescue copy, or not a whole one."],
  "rescue-copy-is-key-export": [
    "choose-another-file",
    "The file is a Matrix key export, and no archive: import it where the app imports room keys, with its passphrase.",
  ],
  "rescue-copy-overtaken": [
    "try-again",
    "Keys were imported or deleted, or another copy was begun, while this one was made.",
  ],
  "recovery-key-invalid": ["enter-recovery-key", "What was entered is not a recovery key."],
  "backup-key-not-stored": [
    "verify-device",
    "The recovery key is right, but the account's secret storage does not hold the decryption key of this backup.",
  ],
  "stored-backup-key-mismatch": [
    "enter-earlier-recovery-key",
    "The recovery key is right, but the account's secret storage holds the decryption key of another backup.",
  ],
  "recovery-key-unchecked": [
    "wait",
    "The recovery key cannot be checked: the homeserver does not give the account data. It is kept in memory and checked later.",
  ],
  "nothing-to-save": [
    "export-from-app",
    "What was downloaded is imported, or not kept on this device: there is nothing to save but the app's own key export.",
  ],
  "decryption-key-unknown": ["enter-recovery-key", "The decryption key of this backup is not known on this device."],
  "passphrase-missing": ["choose-passphrase", "A key export needs a passphrase."],
  "client-invalid": ["tell-app-developer", "The element was given something that is no matrix-js-sdk client."],
  "reset-declined": ["try-again", "The person kept the key backup: nothing was reset."],
} as const satisfies Record<string, readonly [NextMove, string]>;

export type ErrorCode = keyof typeof CODES;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(CODES, value);
}

/** Whether it is a fault with one of these codes. */
export function isFault(cause: unknown, ...codes: readonly ErrorCode[]): cause is KeyBackupSyncError {
  return cause instanceof KeyBackupSyncError && codes.includes(cause.code);
}

/** A fault with a stable code. Its message names no key, token, room or session. */
export class KeyBackupSyncError extends Error {
  override readonly name = "KeyBackupSyncError";
  /** What the person, or the run by itself, can do next. */
  readonly nextMove: NextMove;

  constructor(
    readonly code: ErrorCode,
    /** `retryAfterMs`: how long the homeserver asked to wait, in milliseconds, if it did. */
    options: { cause?: unknown; retryAfterMs?: number | null; outcome?: Promise<void> | null } = {},
  ) {
    super(CODES[code][1], { cause: options.cause });
    this.nextMove = CODES[code][0];
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.outcome = options.outcome ?? null;
  }

  readonly retryAfterMs: number | null;
  /**
   * Of `recovery-key-unchecked`, thrown by `unlock()`: resolves when a later try unlocked a backup; rejects with the error of that try, or
   * with `AbortError` once what was entered is forgotten.
   */
  readonly outcome: Promise<void> | null;
}

/** Somebody ended the work: that is no fault. */
export function isAborted(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === "AbortError";
}
