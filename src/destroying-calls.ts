/**
 * The calls of matrix-js-sdk, of any major from 33 to 43, that destroy backed-up room keys or the way to read them, and what is to be asked
 * before each: one table. A test compares it with the prototypes of the SDK, so that a call of a later SDK is noticed.
 */

/** What the person is asked about: a reset, the end of key storage on all devices, or a part of what is backed up. */
export type ResetQuestion = "reset" | "disable" | "delete";

/** What is asked of the client's `CryptoApi`, of any major. */
export interface AskedCrypto {
  /** Asks the homeserver. `null`: there is no backup, or the homeserver does not answer. */
  checkKeyBackupAndEnable(): Promise<{
    readonly backupInfo: { readonly version?: string; readonly etag?: string };
    readonly trustInfo?: { readonly matchesDecryptionKey: boolean };
  } | null>;
  /** Private, from 33 to 43: of all that asks the homeserver it alone tells "there is none", by `null`, from "there is no answer", by an error. */
  readonly backupManager?: { requestKeyBackupVersion?(): Promise<object | null> };
}

export interface DestroyingCall {
  /** What the call destroys with these arguments, as a question; `null` for nothing. */
  question(args: readonly unknown[], crypto: AskedCrypto): Promise<ResetQuestion | null>;
  /** Deletes the backups first, and makes a new one then. */
  readonly makesBackup?: (args: readonly unknown[]) => boolean;
  /** Called again, it does the same: nothing is lost by another try when the old backups are deleted and the new one is refused. */
  readonly canRepeat?: true;
  /** It is a step on the way to a reset, and leaves the backup itself where it is. */
  readonly isStep?: (args: readonly unknown[]) => boolean;
}

const always = (question: ResetQuestion) => async () => question;

/** Of the client's crypto. What one of them calls in turn is a part of it. */
export const CRYPTO_CALLS: Readonly<Record<string, DestroyingCall>> = {
  /** Deletes every backup version that the homeserver shows, one after the other, and makes a new one. */
  resetKeyBackup: { question: always("reset"), makesBackup: () => true, canRepeat: true },
  /** Since 36. The same, with secret storage and cross-signing. */
  resetEncryption: { question: always("reset"), makesBackup: () => true },
  /**
   * With `setupNewKeyBackup` it calls `resetKeyBackup`. With `setupNewSecretStorage` alone it replaces the secret storage: a decryption key
   * that this device does not know cannot be read with the new recovery key, and the reset is what follows.
   */
  bootstrapSecretStorage: {
    question: async (args, crypto) =>
      setsUp(args, "setupNewKeyBackup") || (setsUp(args, "setupNewSecretStorage") && (await isKeyElsewhere(crypto)))
        ? "reset"
        : null,
    makesBackup: (args) => setsUp(args, "setupNewKeyBackup"),
    isStep: (args) => !setsUp(args, "setupNewKeyBackup"),
  },
  /** Private; of `disableKeyStorage` and `resetEncryption`. */
  deleteSecretStorage: {
    question: async (_args, crypto) => ((await isKeyElsewhere(crypto)) ? "reset" : null),
    isStep: () => true,
  },
  /** One version; an older one may have room keys that the present one has not. */
  deleteKeyBackupVersion: { question: always("delete") },
  /** Since 36. The present version, and secret storage. */
  disableKeyStorage: { question: always("disable") },
};

/** Of the client itself. */
export const CLIENT_CALLS: Readonly<Record<string, DestroyingCall>> = {
  /** All room keys of a version, those of a room, or one session. In 33 of the legacy crypto alone. */
  deleteKeysFromBackup: { question: always("delete") },
  /**
   * Ends every device's session and the account with its backups: what no file has is gone. It is called once more with what the homeserver
   * wants to know of the user first.
   */
  deactivateAccount: { question: always("delete"), isStep: () => true },
};

/** Of the client's secret storage, which may be the only place of the backup's decryption key. */
export const SECRET_STORAGE_CALLS: Readonly<Record<string, DestroyingCall>> = {
  /** What the other key opens is not looked for any more: where no device knows the decryption key, a reset is what follows. */
  setDefaultKeyId: {
    question: async (_args, crypto) => ((await isKeyElsewhere(crypto)) ? "reset" : null),
    isStep: () => true,
  },
  /** Overwrites the secret of that name, or what tells which key opens it. */
  store: {
    question: async ([name], crypto) => (isWayToBackup(name) && (await isKeyElsewhere(crypto)) ? "reset" : null),
    isStep: () => true,
  },
};

/** Names that look like the ones above, of calls that destroy no backed-up room key, or that only call one of the above. */
export const HARMLESS_CALLS: Readonly<Record<string, string>> = {
  // Of the client.
  "client.deleteKeyBackupVersion": "33: calls that of the crypto",
  "client.bootstrapSecretStorage": "33: calls that of the crypto",
  "client.disableKeyBackup": "33, legacy crypto: uploads no more, and deletes nothing",
  "client.createKeyBackupVersion": "33, legacy crypto: a new version beside the older ones, which stay",
  "client.deactivateSynapseUser": "an administrator's call, for the account of somebody else",
  // Of the secret storage.
  "secretStorage.addKey": "a key beside the others, which stay, and open what they did",
};

function isWayToBackup(name: unknown): boolean {
  return name === "m.megolm_backup.v1" || String(name).startsWith("m.secret_storage.key.");
}

function setsUp([options]: readonly unknown[], what: "setupNewKeyBackup" | "setupNewSecretStorage"): boolean {
  return Boolean((options as Partial<Record<typeof what, boolean>> | undefined)?.[what]);
}

/** There is a backup, and this device does not know its decryption key; also true where the homeserver does not tell whether there is one. */
async function isKeyElsewhere(crypto: AskedCrypto): Promise<boolean> {
  try {
    const check = await crypto.checkKeyBackupAndEnable();
    return check ? !check.trustInfo?.matchesDecryptionKey : !(await isWithoutBackup(crypto));
  } catch {
    return true;
  }
}

/** As the homeserver says. @throws what the SDK does where it does not answer */
async function isWithoutBackup({ backupManager }: AskedCrypto): Promise<boolean> {
  return backupManager?.requestKeyBackupVersion !== undefined && !(await backupManager.requestKeyBackupVersion());
}
