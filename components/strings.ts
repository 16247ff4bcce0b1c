/**
 * Every word that the elements show, in one table. A host that speaks another language gives its own to the `strings` property.
 * It does not know which of them is shown when: see key-backup-progress/sayings.ts.
 */
import type { ErrorCode, NextMove } from "../src/errors.js";
import type { AssessmentDoubt, EarlierKeys, KeysAtRisk, KeysNotUploaded, NoBackupReason } from "../src/reset.js";
import type {
  FailureReason,
  ReplacedBackups,
  Safekeeping,
  UnavailableReason,
  UploadHold,
  WaitingReason,
} from "../src/state.js";
import type { Formats } from "./formats.js";

/** A state in words. No counts are in it: screen readers speak it, and it must not change as long as the status does not. */
export interface Saying {
  readonly headline: string;
  /** What it means for the person, or what the person can do. */
  readonly detail: string;
}

/** Before what the warning comes. */
export type Occasion = "reset" | "disable" | "delete" | "logout";

/** What the warning says on one occasion. Counts are only in `agree`: screen readers speak the others. */
export interface WarningStrings {
  readonly title: string;
  readonly checking: string;
  /** Comes before the list of keys. */
  readonly atRisk: string;
  /** Why nobody can tell; `unchecked`: the question itself failed. */
  readonly unknown: Readonly<Record<AssessmentDoubt | "unchecked" | "reset-unfinished", string>>;
  readonly safe: string;
  /** While the run goes on first, without the dialog. */
  readonly finishing: string;
  /** Asks for the second step. */
  readonly last: string;
  /** What the person agrees to in it; `count` is `null` where nobody can tell. */
  agree(count: number | null, formats: Formats): string;
  readonly buttons: {
    readonly finish: string;
    /** Nothing is lost. */
    readonly goOn: string;
    /** To the second step. */
    readonly anyway: string;
    /** In it. */
    readonly confirm: string;
  };
}

export interface RescueCopyStrings {
  readonly title: string;
  readonly intro: string;
  readonly withPassphrase: Saying;
  readonly withoutPassphrase: Saying;
  readonly passphrase: string;
  readonly repeated: string;
  /** `minimum`: in characters. */
  hint(minimum: number, formats: Formats): string;
  tooShort(minimum: number, formats: Formats): string;
  readonly different: string;
  readonly save: string;
  readonly saving: string;
  saved(fileName: string): string;
  /** Said with that: keys that are on this device, too. */
  leftOut(count: number, formats: Formats): string;
  /** Said with that, too: keys that were downloaded and are not there any more. */
  readonly gaps: string;
  /** For a fault that has no words of its own. */
  readonly failed: string;
}

export interface KeyBackupSyncStrings {
  /** BCP 47 tag of the language that the table is in. */
  readonly language: string;
  readonly label: string;
  readonly idle: Saying;
  readonly checking: Saying;
  readonly resetting: Saying;
  readonly unavailable: Readonly<Record<UnavailableReason, Saying>>;
  readonly downloading: Saying;
  readonly importing: Saying;
  readonly paused: Saying;
  readonly waiting: Readonly<Record<WaitingReason, Saying>>;
  /** Waiting for the decryption key, with all that can be done without it. */
  readonly downloadedAndLocked: Saying;
  readonly complete: {
    readonly all: Saying;
    /** Some keys could not be used. */
    readonly some: Saying;
    /** No key could be used. */
    readonly none: Saying;
    /** The backup has no keys, or had none when this device looked. */
    readonly empty: Saying;
  };
  /** The keys of this device are uploaded to a backup that had none: in place of what is said of an empty one. */
  readonly uploading: Saying;
  /** One line about keys that are in no backup yet. */
  readonly upload: {
    /** Room keys that are not uploaded yet. */
    saving(count: number, formats: Formats): string;
    /** Said with that while it rests. */
    readonly hold: Readonly<Record<UploadHold, string>>;
  };
  /** Headlines of the `failed` state. */
  readonly failed: Readonly<Record<ErrorCode, string>>;
  /** What the person can do about it. */
  readonly nextMove: Readonly<Record<NextMove, string>>;
  /** Said beside that where it is so. */
  /** Of a recovery key that could not be checked. */
  readonly recoveryKeyKept: string;
  readonly downloadedStays: string;
  /** What it means where downloaded keys are kept in memory. */
  readonly inMemory: Readonly<Record<Exclude<Safekeeping, "device">, string>>;
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
    /** Until every key of this device is uploaded: a sentence. */
    uploadTimeLeft(seconds: number, formats: Formats): string;
    retry(seconds: number, formats: Formats): string;
  };
  readonly failures: Readonly<Record<FailureReason, (count: number, formats: Formats) => string>> & {
    summary(count: number, formats: Formats): string;
    /** The homeserver counted them, but did not send them. */
    missing(count: number, formats: Formats): string;
  };
  /** Of earlier backups, which were deleted or replaced. */
  readonly replaced: Readonly<Record<keyof ReplacedBackups, (count: number, formats: Formats) => string>>;
  /** Names of the progress bar, by what it measures. */
  readonly progressBar: {
    readonly checking: string;
    readonly resetting: string;
    readonly downloaded: string;
    readonly imported: string;
    /** In the key backup, of those on this device. */
    readonly saved: string;
  };
  readonly buttons: {
    readonly start: string;
    readonly checkAgain: string;
    readonly tryAgain: string;
    readonly pause: string;
    readonly resume: string;
    /** On a connection that is set to save data. */
    readonly downloadAnyway: string;
    readonly stop: string;
    readonly recoveryKey: string;
    readonly cancel: string;
    readonly back: string;
    readonly rescueCopy: string;
    /** Where nothing else is to be finished. */
    readonly finishUpload: string;
    /** After one that deleted the backup and made no new one. */
    readonly finishReset: string;
  };
  readonly warning: Readonly<Record<Occasion, WarningStrings>>;
  /** One line each in the list of keys that may be lost. */
  readonly atRisk: Readonly<
    Record<
      keyof (KeysAtRisk & EarlierKeys & KeysNotUploaded) | "older" | NoBackupReason,
      (count: number, formats: Formats) => string
    >
  > & {
    /** Said below the list: some of what older backups hold cannot be read here. */
    lockedOlder(count: number, formats: Formats): string;
    /** Comes before the list where it is all that is known. */
    readonly known: string;
    /** Finishing first came to an end. */
    readonly notAll: string;
  };
  readonly rescueCopy: RescueCopyStrings;
}

/** @param what would cost keys @param before what is said first */
function doubtsAbout(what: string, before = ""): WarningStrings["unknown"] {
  return {
    offline: `${before}There is no connection to the homeserver, so nobody can tell which keys ${what} would cost.`,
    "homeserver-error": `${before}The homeserver has a problem, so nobody can tell which keys ${what} would cost.`,
    "crypto-store-error": `${before}The keys on this device cannot be checked, so nobody can tell which keys ${what} would cost. Reload the page and try again.`,
    "no-decryption-key": `${before}This device does not have the recovery key, so nobody can tell which keys ${what} would cost. If you find it, enter it first.`,
    unchecked: `${before}It could not be found out which keys ${what} would cost.`,
    "reset-unfinished": `${before}The last reset did not finish, so nobody can tell which keys ${what} would cost.`,
  };
}

const RESET: WarningStrings = {
  title: "Before you reset your key backup",
  checking: "Looking at what a reset would cost…",
  atRisk: "A reset deletes the backup. Messages that need one of these keys may stay unreadable for good:",
  unknown: doubtsAbout("a reset"),
  safe: "Every key from the backup is on this device. A reset costs none.",
  finishing: "The reset waits until it costs no key. Then you are asked once more.",
  last: "A reset cannot be undone. If you may find your recovery key, or have another device, go back.",
  agree: (count, f) =>
    count === null
      ? "I accept that keys may be lost for good, and that nobody can tell how many."
      : `I accept that ${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} may be lost for good.`,
  buttons: {
    finish: "Finish first, then reset",
    goOn: "Reset",
    anyway: "Reset anyway…",
    confirm: "Reset and lose keys",
  },
};

/** Its end is the end of key storage on every device of the account. */
const DISABLE: WarningStrings = {
  ...RESET,
  title: "Before you turn key storage off",
  checking: "Looking at what turning key storage off would cost…",
  atRisk:
    "This counts for all your devices: the backup is deleted, and none of them saves its keys any more. Messages that need one of these keys may stay unreadable for good:",
  unknown: doubtsAbout("turning key storage off", "This counts for all your devices. "),
  safe: "Every key from the backup is on this device. Turning key storage off costs none, but counts for all your devices: none of them saves its keys any more.",
  finishing: "Turning key storage off waits until it costs no key. Then you are asked once more.",
  last: "This counts for all your devices, and cannot be undone. If you may find your recovery key, or have another device, go back.",
  buttons: {
    finish: "Finish first, then turn off",
    goOn: "Turn off",
    anyway: "Turn off anyway…",
    confirm: "Turn off and lose keys",
  },
};

const DELETE: WarningStrings = {
  ...RESET,
  title: "Before you delete keys from your backup",
  checking: "Looking at what this would cost…",
  atRisk:
    "Keys in your backup, or in an earlier one, are to be deleted. Messages that need one of these keys may stay unreadable for good:",
  unknown: doubtsAbout("a deletion"),
  safe: "Every key from the backup is on this device. Deleting it there costs none.",
  finishing: "The deletion waits until it costs no key. Then you are asked once more.",
  last: "What is deleted cannot be brought back. If you may find your recovery key, or have another device, go back.",
  buttons: {
    finish: "Finish first, then delete",
    goOn: "Delete",
    anyway: "Delete anyway…",
    confirm: "Delete and lose keys",
  },
};

export const ENGLISH: KeyBackupSyncStrings = {
  language: "en",
  label: "Key backup",
  idle: {
    headline: "Ready to download your keys",
    detail: "With the keys from your backup, you can read your old messages on this device.",
  },
  checking: { headline: "Looking at your key backup", detail: "This takes a moment." },
  resetting: {
    headline: "Resetting your key backup…",
    detail: "Keep this page open until the new backup is there.",
  },
  unavailable: {
    "no-backup": {
      headline: "No key backup yet",
      detail: "This account has no key backup, so there is nothing to download.",
    },
    "key-storage-off": {
      headline: "Key storage is turned off",
      detail: "You turned it off for all your devices. Keys that are on this device stay here.",
    },
    "unsupported-algorithm": {
      headline: "This key backup cannot be read here",
      detail: "It was made in a way that this app does not support.",
    },
    "reset-unfinished": {
      headline: "The reset did not finish",
      detail:
        "Your old key backup is deleted, and there is no new one yet. Until there is, your keys may be on this device alone: don’t sign out.",
    },
  },
  downloading: {
    headline: "Downloading your keys",
    detail: "They are copied to this device first. You can keep using the app.",
  },
  importing: {
    headline: "Importing your keys",
    detail: "What is downloaded is safe on this device. Old messages become readable as keys arrive.",
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
      detail: "It goes on when you say so, or by itself on another connection.",
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
  downloadedAndLocked: {
    headline: "Downloaded, waiting for your recovery key",
    detail:
      "Your keys are kept on this device for as long as you want. Enter the recovery key, or verify this device from another one, to unlock them.",
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
    empty: { headline: "Nothing to download", detail: "Your key backup has no keys that are missing on this device." },
  },
  uploading: {
    headline: "Saving your keys to your new backup",
    detail: "Don’t sign out yet. You can keep using the app.",
  },
  upload: {
    saving: (count, f) =>
      `Saving ${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} to your key backup. Don’t sign out yet.`,
    hold: {
      offline: "There is no connection to the homeserver: it goes on by itself.",
      "rate-limited": "The homeserver asked to slow down: it goes on by itself.",
      "quota-exceeded":
        "The homeserver has no storage space for more keys. They stay on this device, and are saved as soon as there is some.",
      "homeserver-error": "The homeserver has a problem: it goes on by itself.",
    },
  },
  failed: {
    "homeserver-unreachable": "The homeserver cannot be reached",
    "rate-limited": "The homeserver asked to slow down",
    "homeserver-error": "The homeserver has a problem",
    "quota-exceeded": "The homeserver has no storage space for more keys",
    unauthorized: "You are no longer signed in",
    "malformed-response": "The backup could not be understood",
    "backup-replaced": "Your key backup was replaced",
    "decryption-key-mismatch": "This key does not fit the backup",
    "storage-full": "No room left on this device",
    "storage-unavailable": "The browser stores nothing, or lost what it had stored",
    "worker-crashed": "The download broke off",
    "worker-unavailable": "A part of this app could not be loaded",
    "import-failed": "The keys could not be imported",
    "rescue-copy-damaged": "This file is no rescue copy, or a part of it is missing",
    "rescue-copy-is-key-export":
      "This file is a key export: import it in the settings of this app, with its passphrase",
    "rescue-copy-overtaken": "Keys were imported or deleted, or another copy was begun, while this one was made",
    "recovery-key-invalid": "This is not a recovery key",
    "backup-key-not-stored": "The recovery key is right, but your account does not keep the key of this backup",
    "stored-backup-key-mismatch": "The recovery key is right, but your account keeps the key of another backup",
    "recovery-key-unchecked": "The recovery key cannot be checked now",
    "nothing-to-save": "What was downloaded is imported already, or was not kept on this device",
    "decryption-key-unknown": "The recovery key of this backup is not known here",
    "passphrase-missing": "The copy needs a passphrase",
    "client-invalid": "This app gave no Matrix client to download for",
    "reset-declined": "The key backup was kept",
  },
  nextMove: {
    wait: "Try again in a moment.",
    "log-in-again": "Sign in again to go on.",
    "enter-recovery-key": "Enter the recovery key of this backup to go on.",
    "enter-earlier-recovery-key": "Enter the recovery key that you had when this backup was made.",
    "verify-device":
      "Verify this device from another one that can read your old messages, or enter the backup’s own recovery key.",
    "free-storage": "Make some room, then try again.",
    "choose-another-file": "Nothing was changed. Choose another file.",
    "export-from-app": "To have them in a file, export them from the settings of this app.",
    "choose-passphrase": "Choose a passphrase that you can remember.",
    "try-again": "Try again. If that does not help, reload the page first.",
    "tell-homeserver-admin": "Please tell the people who run your homeserver.",
    "tell-app-developer": "Reload the page. If that does not help, please tell the people who make this app.",
  },
  recoveryKeyKept: "It is checked by itself as soon as the homeserver answers. It is stored nowhere.",
  downloadedStays: "What is downloaded stays here.",
  inMemory: {
    "no-room":
      "There is no room left for them on this device: they are kept in memory. If this page closes, the download begins again; keys that are imported stay.",
    denied:
      "The browser lets this page store nothing, as in a private window: they are kept in memory. If this page closes, the download begins again; keys that are imported stay.",
  },
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
    uploadTimeLeft: (seconds, f) => `About ${f.duration(seconds)} left.`,
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
  replaced: {
    notDownloaded: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} of an earlier backup ${f.plural(count, { one: "was", other: "were" })} not downloaded`,
    locked: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} of an earlier backup ${f.plural(count, { one: "is", other: "are" })} kept here until its recovery key is known`,
    failed: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} of an earlier backup could not be used`,
  },
  progressBar: {
    checking: "Looking at your key backup",
    resetting: "Resetting your key backup",
    downloaded: "Keys downloaded",
    imported: "Keys imported",
    saved: "Keys saved in your key backup",
  },
  buttons: {
    start: "Download keys",
    checkAgain: "Check again",
    tryAgain: "Try again",
    pause: "Pause",
    resume: "Resume",
    downloadAnyway: "Download anyway",
    stop: "Stop",
    recoveryKey: "Enter recovery key",
    cancel: "Cancel",
    back: "Back",
    rescueCopy: "Save a rescue copy",
    finishUpload: "Finish the upload first",
    finishReset: "Finish the reset",
  },
  warning: {
    reset: RESET,
    disable: DISABLE,
    delete: DELETE,
    logout: {
      title: "Before you log out",
      checking: "Looking at what logging out would cost…",
      atRisk:
        "Logging out deletes what is downloaded. What is in the backup can then only come from there, with its recovery key; all else is gone:",
      unknown: {
        offline:
          "Logging out deletes what is downloaded. There is no connection to the homeserver, so nobody can tell whether the backup still has these keys.",
        "homeserver-error":
          "Logging out deletes what is downloaded. The homeserver has a problem, so nobody can tell whether the backup still has these keys.",
        "crypto-store-error":
          "Logging out deletes what is downloaded. The keys on this device cannot be checked, so nobody can tell how many are not imported yet.",
        "no-decryption-key":
          "Logging out deletes what is downloaded, and that waits for the recovery key. If you find it, enter it first.",
        "reset-unfinished":
          "Logging out deletes the keys on this device. A reset of your key backup did not finish, so they may be in no backup, and nobody can tell how many. Finish the reset first.",
        unchecked: "Logging out deletes what is downloaded. It could not be found out how many keys that costs.",
      },
      safe: "No key is waiting to be imported. Logging out costs none.",
      finishing: "Logging out waits until it costs no key. Then you are asked once more.",
      last: "What logging out deletes cannot be brought back. If you may find your recovery key, go back.",
      agree: (count, f) =>
        count === null
          ? "I accept that keys may be lost, and that nobody can tell how many."
          : `I accept that ${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} may be lost.`,
      buttons: {
        finish: "Finish first, then log out",
        goOn: "Log out",
        anyway: "Log out anyway…",
        confirm: "Log out and lose keys",
      },
    },
  },
  atRisk: {
    known: "As far as this device knows:",
    notDownloaded: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key is", other: "keys are" })} only in the backup`,
    notImported: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key is", other: "keys are" })} downloaded, but not yet imported`,
    unreadable: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key does", other: "keys do" })} not open with the recovery key of this device`,
    earlier: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} of an earlier backup ${f.plural(count, { one: "is", other: "are" })} only on this device, and not yet imported`,
    notUploaded: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key is", other: "keys are" })} on this device alone, and not yet saved in your key backup`,
    older: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key is", other: "keys are" })} only in an older backup, which goes as well`,
    lockedOlder: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} of an older backup can be read only with the recovery key that you had then.`,
    "no-backup": (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key is", other: "keys are" })} on this device alone: your account has no key backup. Set it up in the settings of this app first, or export the keys there`,
    "key-storage-off": (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key is", other: "keys are" })} on this device alone: you turned key storage off. Turn it on in the settings of this app first, or export the keys there`,
    "backup-not-used": (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key is", other: "keys are" })} on this device alone: it does not use your key backup. Verify this device first, or enter your recovery key`,
    notAll: "Not every key is saved.",
  },
  rescueCopy: {
    title: "Save a rescue copy",
    intro: "A file with keys that are downloaded to this device. Keep it where nobody else can get at it.",
    withPassphrase: {
      headline: "With a passphrase",
      detail: "Other Matrix apps can import the file, with this passphrase.",
    },
    withoutPassphrase: {
      headline: "Without a passphrase",
      detail: "Still locked, as the backup is: only its recovery key opens the file.",
    },
    passphrase: "Passphrase",
    repeated: "Passphrase again",
    hint: (minimum, f) =>
      `At least ${f.number(minimum)} characters. Some words that nobody would put together are good.`,
    tooShort: (minimum, f) => `The passphrase is too short: it takes at least ${f.number(minimum)} characters.`,
    different: "The two passphrases differ.",
    save: "Save the file",
    saving: "Saving the file. Please keep this open…",
    saved: (fileName) => `Saved: ${fileName}`,
    leftOut: (count, f) =>
      `${f.number(count)} ${f.plural(count, { one: "key", other: "keys" })} on this device ${f.plural(count, { one: "is", other: "are" })} not in this file: of another backup, or without a recovery key that is known here.`,
    gaps: "Some downloaded keys are not in this file: a part of what this browser had stored is gone, is being imported, or cannot be read.",
    failed: "The file could not be saved. Try again, or choose another place for it.",
  },
};
