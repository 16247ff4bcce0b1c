/**
 * Every word that the elements show, in one table. A host that speaks another language gives its own to the `strings` property.
 * It does not know which of them is shown when: see key-backup-progress/sayings.ts.
 */
import type { ErrorCode, NextMove } from "../src/errors.js";
import type { FailureReason, UnavailableReason, WaitingReason } from "../src/state.js";
import type { Formats } from "./formats.js";

/** A state in words. No counts are in it: screen readers speak it, and it must not change as long as the status does not. */
export interface Saying {
  readonly headline: string;
  /** What it means for the person, or what the person can do. */
  readonly detail: string;
}

export interface KeyBackupSyncStrings {
  /** BCP 47 tag of the language that the table is in. */
  readonly language: string;
  readonly label: string;
  readonly idle: Saying;
  readonly checking: Saying;
  readonly unavailable: Readonly<Record<UnavailableReason, Saying>>;
  readonly downloading: Saying;
  readonly importing: Saying;
  readonly paused: Saying;
  readonly waiting: Readonly<Record<WaitingReason, Saying>>;
  readonly complete: {
    readonly all: Saying;
    /** Some keys could not be used. */
    readonly some: Saying;
    /** No key could be used. */
    readonly none: Saying;
    /** The backup has no keys. */
    readonly empty: Saying;
  };
  /** Headlines of the `failed` state. */
  readonly failed: Readonly<Record<ErrorCode, string>>;
  /** What the person can do about it. */
  readonly nextMove: Readonly<Record<NextMove, string>>;
  /** Said beside that where it is so. */
  readonly downloadedStays: string;
  readonly counts: {
    downloaded(count: number, total: number, formats: Formats): string;
    /** While the download goes on. */
    alsoImported(count: number, formats: Formats): string;
    imported(count: number, total: number, formats: Formats): string;
    allImported(count: number, formats: Formats): string;
    pace(keysPerSecond: number, formats: Formats): string;
    /** Until all is done. */
    timeLeft(seconds: number, formats: Formats): string;
    /** Until the download is done; the import comes after it. */
    downloadTimeLeft(seconds: number, formats: Formats): string;
    retry(seconds: number, formats: Formats): string;
  };
  readonly failures: Readonly<Record<FailureReason, (count: number, formats: Formats) => string>> & {
    summary(count: number, formats: Formats): string;
    /** The homeserver counted them, but did not send them. */
    missing(count: number, formats: Formats): string;
  };
  /** Names of the progress bar, by what it measures. */
  readonly progressBar: { readonly checking: string; readonly downloaded: string; readonly imported: string };
  readonly buttons: {
    readonly start: string;
    readonly checkAgain: string;
    readonly tryAgain: string;
    readonly pause: string;
    readonly resume: string;
    readonly stop: string;
    readonly recoveryKey: string;
  };
}

export const ENGLISH: KeyBackupSyncStrings = {
  language: "en",
  label: "Key backup",
  idle: {
    headline: "Ready to download your keys",
    detail: "With the keys from your backup, you can read your old messages on this device.",
  },
  checking: { headline: "Looking at your key backup", detail: "This takes a moment." },
  unavailable: {
    "no-backup": {
      headline: "No key backup yet",
      detail: "This account has no key backup, so there is nothing to download.",
    },
    "unsupported-algorithm": {
      headline: "This key backup cannot be read here",
      detail: "It was made in a way that this app does not support.",
    },
  },
  downloading: {
    headline: "Downloading your keys",
    detail: "They are copied to this device first. You can keep using the app.",
  },
  importing: {
    headline: "Importing your keys",
    detail: "The download is safe on this device. Old messages become readable as keys arrive.",
  },
  paused: {
    headline: "Paused",
    detail: "What is downloaded stays on this device. Resume whenever you like.",
  },
  waiting: {
    "decryption-key": {
      headline: "Waiting for your recovery key",
      detail: "Enter it, or verify this device from another one, to unlock your keys.",
    },
    metered: {
      headline: "Your connection is set to save data",
      detail: "It goes on when you resume it, or on another connection.",
    },
    offline: {
      headline: "No connection to the homeserver",
      detail: "It goes on by itself as soon as there is one.",
    },
    "rate-limited": {
      headline: "The homeserver asked for a short break",
      detail: "It goes on by itself after that.",
    },
    "homeserver-error": {
      headline: "The homeserver has a problem",
      detail: "It goes on by itself when the homeserver is well again.",
    },
    "other-tab": {
      headline: "Another tab is taking care of this",
      detail: "This one takes over when that one closes.",
    },
  },
  complete: {
    all: {
      headline: "All keys from your backup are here",
      detail: "Your old messages can be read on this device.",
    },
    some: {
      headline: "Some keys could not be used",
      detail: "All others are imported. Messages that need one of these may stay unreadable here.",
    },
    none: {
      headline: "None of the keys could be used",
      detail: "Messages that need one of them may stay unreadable here.",
    },
    empty: { headline: "Your key backup is empty", detail: "There is nothing to download yet." },
  },
  failed: {
    "homeserver-unreachable": "The homeserver cannot be reached",
    "rate-limited": "The homeserver asked to slow down",
    "homeserver-error": "The homeserver has a problem",
    unauthorized: "You are no longer signed in",
    "malformed-response": "The backup could not be understood",
    "backup-replaced": "Your key backup was replaced",
    "decryption-key-mismatch": "The key on this device does not fit the backup",
    "storage-full": "No room left on this device",
    "storage-unavailable": "The browser lets nothing be stored",
    "worker-crashed": "The download broke off",
    "worker-unavailable": "A part of this app could not be loaded",
    "import-failed": "The keys could not be imported",
    "rescue-copy-damaged": "This file is no rescue copy, or a part of it is missing",
    "recovery-key-invalid": "This is not a recovery key",
    "nothing-to-save": "All your keys are imported already",
    "decryption-key-unknown": "The recovery key of this backup is not known here",
    "passphrase-missing": "The copy needs a passphrase",
    "reset-declined": "The key backup was kept",
  },
  nextMove: {
    wait: "Try again in a moment.",
    "log-in-again": "Sign in again to go on.",
    "enter-recovery-key": "Enter the recovery key of this backup to go on.",
    "free-storage": "Make some room, then try again.",
    "choose-another-file": "Nothing was changed. Choose another file.",
    "export-from-app": "To have them in a file, export them from the settings of this app.",
    "choose-passphrase": "Choose a passphrase that you can remember.",
    "try-again": "Try again. If that does not help, reload the page first.",
    "tell-homeserver-admin": "Please tell the people who run your homeserver.",
    "tell-app-developer": "Reload the page. If that does not help, please tell the people who make this app.",
  },
  downloadedStays: "What is downloaded stays here.",
  counts: {
    downloaded: (count, total, f) =>
      `${f.number(count)} of ${f.number(total)} ${f.plural(total, { one: "key", other: "keys" })} downloaded`,
    alsoImported: (count, f) => `${f.number(count)} imported`,
    imported: (count, total, f) =>
      `${f.number(count)} of ${f.number(total)} ${f.plural(total, { one: "key", other: "keys" })} imported`,
    allImported: (count, f) => `${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} imported`,
    pace: (keysPerSecond, f) =>
      `${f.roughNumber(keysPerSecond)} ${f.plural(keysPerSecond, { one: "key", other: "keys" })} a second`,
    timeLeft: (seconds, f) => `about ${f.duration(seconds)} left`,
    downloadTimeLeft: (seconds, f) => `about ${f.duration(seconds)} left to download`,
    retry: (seconds, f) => (seconds > 0 ? `Trying again ${f.fromNow(seconds)}` : "Trying again…"),
  },
  failures: {
    summary: (count, f) => `${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} could not be used:`,
    malformed: (count, f) => `${f.number(count)} ${f.plural(count, { one: "is", other: "are" })} damaged in the backup`,
    undecryptable: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "does", other: "do" })} not open with this backup’s recovery key`,
    rejected: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "was", other: "were" })} refused by the key store of this device`,
    missing: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "was", other: "were" })} not sent by the homeserver`,
  },
  progressBar: { checking: "Looking at your key backup", downloaded: "Keys downloaded", imported: "Keys imported" },
  buttons: {
    start: "Download keys",
    checkAgain: "Check again",
    tryAgain: "Try again",
    pause: "Pause",
    resume: "Resume",
    stop: "Stop",
    recoveryKey: "Enter recovery key",
  },
};
