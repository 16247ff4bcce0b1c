/**
 * Puts a question before every way that matrix-js-sdk has to destroy a key backup. It knows which these are, by what they are called; what
 * the question is, and who answers it, is the element's.
 */
import { KeyBackupSyncError } from "./errors.js";

type DestroyingCall =
  | "resetKeyBackup"
  | "deleteKeyBackupVersion"
  | "disableKeyStorage"
  | "resetEncryption"
  | "bootstrapSecretStorage";

/** Of its `CryptoApi`, of any major. */
interface GuardedCrypto extends Readonly<Partial<Record<DestroyingCall, unknown>>> {
  getKeyBackupInfo(): Promise<{ readonly version?: string } | null>;
  checkKeyBackupAndEnable(): Promise<{ readonly backupInfo: { readonly version?: string } } | null>;
}

type Call = (...args: unknown[]) => Promise<void>;

/** Of a matrix-js-sdk client all that is needed here. */
export interface GuardableClient {
  getCrypto(): GuardedCrypto | undefined;
}

/** What asks the person: `<key-backup-sync>` is one. */
export interface ResetConfirmation {
  /** Resolves with whether the backup may go. */
  confirmReset(): Promise<boolean>;
}

/** Whether a call with these arguments destroys the account's present backup. */
const DESTROYS: Readonly<
  Record<DestroyingCall, (crypto: GuardedCrypto, args: readonly unknown[]) => Promise<boolean>>
> = {
  resetKeyBackup: async () => true,
  disableKeyStorage: async () => true,
  resetEncryption: async () => true,
  bootstrapSecretStorage: async (_crypto, [options]) =>
    Boolean((options as { setupNewKeyBackup?: boolean } | undefined)?.setupNewKeyBackup),
  deleteKeyBackupVersion: (crypto, [version]) => isPresent(crypto, String(version)),
};

/** The one guard of each crypto that has one. */
const guards = new WeakMap<GuardedCrypto, Guard>();

/**
 * From now on each of these asks `element.confirmReset()` first: `resetKeyBackup`, `deleteKeyBackupVersion` (of the present version),
 * `disableKeyStorage`, `resetEncryption`, and `bootstrapSecretStorage` with `setupNewKeyBackup`. When the answer is no, it throws a
 * KeyBackupSyncError `reset-declined`, and nothing is touched. Of several elements on one client the last one asks.
 *
 * @param client after `initRustCrypto()`
 * @returns how to take the guard off again
 * @throws TypeError if the client has no crypto
 */
export function guardBackupReset(client: GuardableClient, element: ResetConfirmation): () => void {
  const crypto = client.getCrypto();
  if (!crypto) throw new TypeError("key-backup-sync: the client has no crypto: call initRustCrypto() first");
  const guard = guards.get(crypto) ?? new Guard(crypto);
  guards.set(crypto, guard);
  const confirmation = { confirmReset: () => element.confirmReset() };
  guard.confirmations.push(confirmation);
  return () => {
    guard.confirmations = guard.confirmations.filter((other) => other !== confirmation);
    if (guard.confirmations.length > 0 || guards.get(crypto) !== guard) return;
    guard.takeOff();
    guards.delete(crypto);
  };
}

class Guard {
  confirmations: ResetConfirmation[] = [];
  readonly #crypto: GuardedCrypto;
  readonly #restores: readonly (() => void)[];
  /** Calls that the person agreed to and that are not done yet. What they call in turn is part of that, and asks nobody. */
  #agreedCalls = 0;

  constructor(crypto: GuardedCrypto) {
    this.#crypto = crypto;
    const names = (Object.keys(DESTROYS) as DestroyingCall[]).filter((name) => typeof crypto[name] === "function");
    this.#restores = names.map((name) => this.#wrap(name));
  }

  takeOff(): void {
    for (const restore of this.#restores) restore();
  }

  /** Returns how to undo it. */
  #wrap(name: DestroyingCall): () => void {
    const crypto = this.#crypto;
    const before = Object.getOwnPropertyDescriptor(crypto, name);
    const original = crypto[name] as Call;
    const guarded: Call = (...args) => this.#ask(name, args, () => original.apply(crypto, args));
    Object.defineProperty(crypto, name, { value: guarded, configurable: true, enumerable: true, writable: true });
    return () => {
      // Whoever wrapped it after us still calls it: it stays, and lets everything through.
      if ((crypto[name] as Call) !== guarded) return;
      if (before) Object.defineProperty(crypto, name, before);
      else Reflect.deleteProperty(crypto, name);
    };
  }

  async #ask(name: DestroyingCall, args: readonly unknown[], call: () => Promise<void>): Promise<void> {
    const person = this.confirmations.at(-1);
    if (!person || this.#agreedCalls > 0 || !(await DESTROYS[name](this.#crypto, args))) return call();
    if (!(await person.confirmReset())) throw new KeyBackupSyncError("reset-declined");
    this.#agreedCalls++;
    try {
      await call();
    } finally {
      this.#agreedCalls--;
    }
  }
}

/**
 * An older version is not what the question is about: no key of the present one is lost with it. Where nobody can tell which version is
 * the present one, it is taken for that.
 */
async function isPresent(crypto: GuardedCrypto, version: string): Promise<boolean> {
  try {
    if ((await crypto.getKeyBackupInfo())?.version === version) return true;
    // What the client remembers may be from before a reset elsewhere.
    const check = await crypto.checkKeyBackupAndEnable();
    return !check || check.backupInfo.version === version;
  } catch {
    return true;
  }
}
