/**
 * What a reset of the key backup would cost, and the copy that can be saved from it: types only. A backup is reset by the client, never
 * by us.
 */

/** What is about to happen: a reset takes the backups, to log out takes what is on this device. */
export type AssessedOccasion = "reset" | "logout";

/** Numbers of room keys that no crypto store of this device has. */
export interface KeysAtRisk {
  /** In the backup alone, or in older ones that the homeserver still has. */
  readonly notDownloaded: number;
  /** Downloaded, still encrypted: they can be imported, also after a reset, as long as the decryption key is kept. */
  readonly notImported: number;
  /** Downloaded, but of no use with the key that this device has. */
  readonly unreadable: number;
}

/** Why nobody can tell. */
export type AssessmentDoubt =
  /** The homeserver cannot be asked. */
  | "offline"
  /** The homeserver answered with a fault, or not as a homeserver does. */
  | "homeserver-error"
  /** The crypto store does not tell what it holds: the keys that were imported may be in it, or lost. */
  | "crypto-store-error"
  /** The decryption key is not known here: what is downloaded may, or may not, be readable. */
  | "no-decryption-key";

/** What would be lost if the backup were reset now: compared with the homeserver by count and etag at that moment. */
export type ResetAssessment = EarlierKeys &
  KeysNotUploaded &
  KeysInNoBackup &
  OlderKeys &
  UnfinishedReset &
  /** Nothing: there is no backup, it is empty, or the crypto store has every key of it. */
  (
    | { readonly kind: "none" }
    | ({ readonly kind: "at-risk" } & KeysAtRisk & KeyPlace)
    /** `known`: what this device knows nevertheless, `null` if nothing. */
    | { readonly kind: "unknown"; readonly reason: AssessmentDoubt; readonly known: KeysAtRisk | null }
  );

/** What this device has that the account's backup lacks. A reset leaves these keys; to log out deletes them. */
export interface KeysNotUploaded {
  /** Room keys in the crypto store that are not in the backup that the client uploads to, by its marks and by the homeserver's count. */
  readonly notUploaded?: number;
}

/** Why the client uploads to no backup. */
export type NoBackupReason =
  /** The account has none. */
  | "no-backup"
  /** The account has none: the user turned key storage off, for all devices. */
  | "key-storage-off"
  /** The account has one, and this device does not use it: it does not know its decryption key, or does not trust it. */
  | "backup-not-used";

/** What this device has while it uploads to no backup. A reset leaves these keys; to log out deletes them. */
export interface KeysInNoBackup {
  /** Left out if there are none, or the client uploads to a backup. */
  readonly inNoBackup?: { readonly count: number; readonly reason: NoBackupReason };
}

/** What this device has of backups that were deleted. */
export interface EarlierKeys {
  /** Room keys that are downloaded, not imported, and in no backup of the homeserver. A reset leaves them; to log out deletes them. */
  readonly earlier: number;
}

/** Room keys of older backups that the homeserver still has beside the present one: a reset with matrix-js-sdk deletes these backups, too. */
export interface OlderBackupKeys {
  /** In older backups alone. They are part of `notDownloaded` of all. */
  readonly notDownloaded: number;
  /** Those of older backups whose decryption key is not known here, downloaded or not: nobody can tell whether they can be read. */
  readonly locked: number;
}

/** What older backups hold. */
export interface OlderKeys {
  /** Left out if all that older backups hold is in the crypto store, or there are none. */
  readonly older?: OlderBackupKeys;
}

/** Where the decryption key is that opens what is not imported. */
export interface KeyPlace {
  /**
   * In the client alone, which forgets it in the reset: then nobody can read what is not imported. Left out where it is kept on this device
   * beside what it opens, or nothing waits for it.
   */
  readonly isKeyInClientOnly?: true;
}

/** What a reset left that did not finish. */
export interface UnfinishedReset {
  /** A reset that was begun on this device deleted the backup and made no new one: room keys may be on this device alone. */
  readonly isResetUnfinished?: true;
}

/** A file for the person to keep: with a passphrase it is a Matrix key export; without, an archive of what the homeserver sent. */
export interface RescueCopy {
  readonly fileName: string;
  /** Room keys that are on this device but not in the file: of other backups, or such as nobody can read without their recovery key. */
  readonly leftOut: number;
  /**
   * Whether others are missing: a part of what was stored is gone, or, in memory, is being imported, or cannot be decrypted for a key
   * export. Resolves when the stream has come to its end; rejects with what it fails with, or with `AbortError` when it is cancelled.
   */
  readonly hasGaps: Promise<boolean>;
  /** Made as it is read. An error in it, as `rescue-copy-overtaken`, means that the file is not whole. */
  readonly stream: ReadableStream<Uint8Array>;
}

/** What came of a rescue copy. */
export interface RescuedKeys {
  readonly imported: number;
  /** Could not be used, for whatever reason. */
  readonly failed: number;
}

export interface RescueImportOptions {
  /** Ends it between two batches, with the signal's reason: what is imported by then stays. */
  readonly signal?: AbortSignal;
  /** Called after each batch with what came of the file so far. */
  readonly onProgress?: (rescued: RescuedKeys) => void;
}

/** What keeps keys safe when a backup is about to go. */
export interface KeyBackupSafety {
  /**
   * Asks the homeserver.
   * @param occasion `reset` if not given. Before logging out, `older` is not asked for, and never told
   * @throws the signal's reason when aborted; nothing else: a doubt is an answer
   */
  assessReset(signal?: AbortSignal, occasion?: AssessedOccasion): Promise<ResetAssessment>;
  /**
   * What is downloaded, but for the keys of its `leftOut`.
   * @param passphrase encrypts a key export, which needs the decryption key; `null`: the archive, still encrypted by the backup
   * @throws KeyBackupSyncError `nothing-to-save` if all of it is imported already, or not kept, `decryption-key-unknown`, `passphrase-missing`
   */
  rescueCopy(passphrase: string | null): Promise<RescueCopy>;
}
