/** Looks up in the account data what may give the backup's decryption key, and tells what could not be read. */
import { isFault, KeyBackupSyncError } from "../../errors.js";
import { isObject, parseStoredBackupKey, type StoredBackupKey } from "./stored-backup-key.js";

const SECRET_TYPE = "m.megolm_backup.v1";
const DEFAULT_KEY_TYPE = "m.secret_storage.default_key";
/** Of secret storage. An account has one, or two while it changes. */
const MOST_KEYS = 16;

/** Gets the content of the account data of that type, `null` if there is none. */
type GetContent = (type: string) => Promise<unknown>;

export interface FoundStoredKeys {
  readonly keys: readonly StoredBackupKey[];
  /** Why some of the account data could not be read, `null` if all of it was. */
  readonly error: KeyBackupSyncError | null;
  /** The encrypted decryption keys were read, if there are any. Descriptions may be missing. */
  readonly hasReadSecrets: boolean;
}

/** The keys that encrypt the decryption key, then the account's default key, which tells whether a recovery key is the account's. */
export async function findStoredBackupKeys(getContent: GetContent): Promise<FoundStoredKeys> {
  const reading = new AccountData(getContent);
  const content = await reading.get(SECRET_TYPE);
  const hasReadSecrets = reading.error === null;
  const defaultKey = await reading.get(DEFAULT_KEY_TYPE);
  const encrypted = isObject(content) && isObject(content.encrypted) ? content.encrypted : {};
  const secrets = new Map<string, unknown>(Object.entries(encrypted).slice(0, MOST_KEYS));
  const defaultId = isObject(defaultKey) ? defaultKey.key : null;
  if (typeof defaultId === "string" && !secrets.has(defaultId)) secrets.set(defaultId, null);
  const found = [...secrets].map(async ([keyId, secret]) => {
    const description = await reading.get(`m.secret_storage.key.${keyId}`);
    return parseStoredBackupKey({ keyId, description, secret });
  });
  const keys = (await Promise.all(found)).filter((key) => key !== null);
  return { keys, error: reading.error, hasReadSecrets };
}

/** One part that cannot be read does not keep the others from being read. */
class AccountData {
  readonly #getContent: GetContent;
  error: KeyBackupSyncError | null = null;

  constructor(getContent: GetContent) {
    this.#getContent = getContent;
  }

  async get(type: string): Promise<unknown> {
    try {
      return await this.#getContent(type);
    } catch (cause) {
      if (!(cause instanceof KeyBackupSyncError)) throw cause;
      // Nothing helps but to sign in again.
      if (!this.error || isFault(cause, "unauthorized")) this.error = cause;
      return null;
    }
  }
}
