/**
 * The wire between the tabs of one user and device: what they say to each other, and what of that can be understood. Another tab may
 * have another version of this library: what is not understood is as good as not said.
 */
import { isErrorCode, KeyBackupSyncError } from "./errors.js";
import type {
  KeyBackupSyncState,
  Pace,
  Progress,
  ReplacedBackups,
  Safekeeping,
  Status,
  Sync,
  UnavailableReason,
  Upload,
  UploadHold,
  WaitingReason,
} from "./state.js";

/** Raise it when something that was said before comes to mean something else. */
const VERSION = 1;

/** Milliseconds. @see https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LATEST_TIME = 8_640_000_000_000_000;

/** What a tab may want of the one that runs. `go-on`: what it waits for is there now. `look-again`: the backup may be another. `erase`: leave nothing. */
export type TabWish = "start" | "pause" | "resume" | "stop" | "go-on" | "look-again" | "erase";

export type TabMessage =
  /** How far is it? For whoever runs, or ran last. */
  | { readonly type: "ask" }
  /** By whoever runs, or ran last. */
  | { readonly type: "state"; readonly state: KeyBackupSyncState }
  /** For whoever runs. It may come twice. */
  | { readonly type: "wish"; readonly id: number; readonly wish: TabWish }
  /** That wish is granted, or there is nothing to do for it. */
  | { readonly type: "done"; readonly id: number }
  /** Somebody is looking at this room. For whoever runs. */
  | { readonly type: "prioritise"; readonly roomId: string };

type Members = Readonly<Record<string, unknown>>;
type StateOf<S extends Status> = Extract<KeyBackupSyncState, { status: S }>;

/** As it can be cloned: an error crosses by its code. */
export function toWire(message: TabMessage): unknown {
  if (message.type !== "state" || message.state.status !== "failed") return { version: VERSION, ...message };
  const { code, retryAfterMs } = message.state.error;
  return { version: VERSION, ...message, state: { ...message.state, error: { code, retryAfterMs } } };
}

/** `null` if it is not understood. */
export function fromWire(data: unknown): TabMessage | null {
  try {
    const message = membersOf(data);
    if (message.version !== VERSION) return null;
    return READ_MESSAGE[oneOf(READ_MESSAGE, message.type)](message);
  } catch {
    return null;
  }
}

const READ_MESSAGE: { readonly [T in TabMessage["type"]]: (message: Members) => TabMessage } = {
  ask: () => ({ type: "ask" }),
  state: ({ state }) => ({ type: "state", state: stateOf(state) }),
  wish: ({ id, wish }) => ({ type: "wish", id: amountOf(id), wish: oneOf(WISHES, wish) }),
  done: ({ id }) => ({ type: "done", id: amountOf(id) }),
  prioritise: ({ roomId }) => ({ type: "prioritise", roomId: textOf(roomId) }),
};

function stateOf(value: unknown): KeyBackupSyncState {
  const state = membersOf(value);
  const read = READ_STATE[oneOf(READ_STATE, state.status)](state);
  const { uploading } = state;
  // An older version of this library does not tell of it.
  return uploading === undefined ? read : { ...read, uploading: orNull(uploadOf, uploading) };
}

const READ_STATE: { readonly [S in Status]: (state: Members) => StateOf<S> } = {
  idle: () => ({ status: "idle" }),
  checking: () => ({ status: "checking" }),
  resetting: () => ({ status: "resetting" }),
  unavailable: ({ reason, replaced }) => ({
    status: "unavailable",
    reason: oneOf(UNAVAILABLE, reason),
    replaced: orNull(replacedOf, replaced),
  }),
  downloading: (state) => ({ status: "downloading", pace: orNull(paceOf, state.pace), ...syncOf(state) }),
  importing: (state) => ({ status: "importing", pace: orNull(paceOf, state.pace), ...syncOf(state) }),
  paused: (state) => ({ status: "paused", ...syncOf(state) }),
  waiting: ({ reason, retryAt, sync }) => ({
    status: "waiting",
    reason: oneOf(WAITING, reason),
    retryAt: orNull(timeOf, retryAt),
    sync: orNull(syncOf, sync),
  }),
  complete: (state) => ({ status: "complete", ...syncOf(state) }),
  failed: ({ error, sync }) => ({ status: "failed", error: errorOf(error), sync: orNull(syncOf, sync) }),
};

// Tables, so that a new one that is missing here does not compile.
const WISHES = setOf<TabWish>({ start: 1, pause: 1, resume: 1, stop: 1, "go-on": 1, "look-again": 1, erase: 1 });
const UNAVAILABLE = setOf<UnavailableReason>({
  "no-backup": 1,
  "unsupported-algorithm": 1,
  "reset-unfinished": 1,
  "key-storage-off": 1,
});
const HOLDS = setOf<UploadHold>({ offline: 1, "rate-limited": 1, "quota-exceeded": 1, "homeserver-error": 1 });
const SAFEKEEPING = setOf<Safekeeping>({ device: 1, "no-room": 1, denied: 1 });
const WAITING = setOf<WaitingReason>({
  "decryption-key": 1,
  metered: 1,
  offline: 1,
  "rate-limited": 1,
  "homeserver-error": 1,
  "other-tab": 1,
});

function setOf<Name extends string>(names: Readonly<Record<Name, 1>>): Readonly<Record<Name, 1>> {
  return names;
}

function syncOf(value: unknown): Sync {
  const { backup, progress, safekeeping, replaced } = membersOf(value);
  const { version, etag, count } = membersOf(backup);
  return {
    backup: { version: textOf(version), etag: textOf(etag), count: countOf(count) },
    progress: progressOf(progress),
    safekeeping: oneOf(SAFEKEEPING, safekeeping),
    replaced: orNull(replacedOf, replaced),
  };
}

function replacedOf(value: unknown): ReplacedBackups {
  const { notDownloaded, locked, failed } = membersOf(value);
  return { notDownloaded: countOf(notDownloaded), locked: countOf(locked), failed: countOf(failed) };
}

function progressOf(value: unknown): Progress {
  const { total, downloaded, imported, failures } = membersOf(value);
  const { malformed, undecryptable, rejected } = membersOf(failures);
  return {
    total: countOf(total),
    downloaded: countOf(downloaded),
    imported: countOf(imported),
    failures: {
      malformed: countOf(malformed),
      undecryptable: countOf(undecryptable),
      rejected: countOf(rejected),
    },
  };
}

function paceOf(value: unknown): Pace {
  const { keysPerSecond, secondsLeft } = membersOf(value);
  return { keysPerSecond: amountOf(keysPerSecond), secondsLeft: amountOf(secondsLeft) };
}

function uploadOf(value: unknown): Upload {
  const { total, done, secondsLeft, hold } = membersOf(value);
  return {
    total: countOf(total),
    done: countOf(done),
    secondsLeft: orNull(amountOf, secondsLeft),
    hold: orNull((name) => oneOf(HOLDS, name), hold),
  };
}

function errorOf(value: unknown): KeyBackupSyncError {
  const { code, retryAfterMs } = membersOf(value);
  if (!isErrorCode(code)) throw new TypeError("not an error code");
  return new KeyBackupSyncError(code, { retryAfterMs: orNull(amountOf, retryAfterMs) });
}

function orNull<Value>(read: (value: unknown) => Value, value: unknown): Value | null {
  return value === null ? null : read(value);
}

function membersOf(value: unknown): Members {
  if (typeof value === "object" && value !== null) return value as Members;
  throw new TypeError("not an object");
}

/** Of keys: what is shown adds and divides them. */
function countOf(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError("not a count");
}

/** A pace, a duration or a time. Infinity is no time that can be shown. */
function amountOf(value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new TypeError("not an amount");
}

/** Milliseconds since 1970 that a `Date` can hold. */
function timeOf(value: unknown): number {
  const time = amountOf(value);
  if (time <= LATEST_TIME) return time;
  throw new TypeError("not a time");
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError("not a text");
}

function oneOf<Table extends object>(table: Table, value: unknown): keyof Table & string {
  if (typeof value === "string" && Object.hasOwn(table, value)) return value as keyof Table & string;
  throw new TypeError("not one of them");
}
