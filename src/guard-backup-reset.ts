/**
 * Puts a question before every way that matrix-js-sdk has to destroy a key backup: see destroying-calls.ts. What the question looks like,
 * and who answers it, is the element's.
 */
import { KeyBackupSyncController } from "./controller.js";
import {
  type AskedCrypto,
  CLIENT_CALLS,
  CRYPTO_CALLS,
  type DestroyingCall,
  type ResetQuestion,
  SECRET_STORAGE_CALLS,
} from "./destroying-calls.js";
import { KeyBackupSyncError } from "./errors.js";
import { controllerFor, isMatrixClient, readinessOf } from "./from-matrix-client.js";
import { isSecured } from "./secure-first.js";
import { type Method, wrapMethod } from "./wrap-method.js";

/** Of a matrix-js-sdk client, of any major, all that is needed here. */
export interface GuardableClient {
  getCrypto(): AskedCrypto | undefined;
  readonly secretStorage?: object;
}

/** What asks the person: `<key-backup-sync>` is one. */
export interface ResetConfirmation {
  /** Resolves with whether the call may be done; with `disable` or `delete` it is another one than a reset. */
  confirmReset(question?: ResetQuestion): Promise<boolean>;
  /** The run that it shows, where that is not the one of `controllerFor(client)`. */
  readonly controller?: unknown;
}

export interface GuardOptions {
  /**
   * For a reset that the client starts by itself, which is one without a press or key of the user just before. `ask`, as without it: asks as
   * for any other. `secure-first`: starts the download, waits until every room key of the backup is on this device with its decryption
   * key, then goes on without a question. Asks nevertheless where that needs the user: paused, failed, without the decryption key or with
   * that of another backup, and where keys cannot be read or the run was closed.
   */
  readonly automatic?: "ask" | "secure-first";
}

interface Confirmation extends Required<GuardOptions> {
  readonly controller: unknown;
  confirmReset(question: ResetQuestion): Promise<boolean>;
}

/**
 * Given at a step: to a reset it holds for the steps that follow, to anything else for the same call once more, as long as the backup has
 * what it had when the question was asked.
 */
interface Agreement {
  readonly question: ResetQuestion;
  readonly call: DestroyingCall;
  /** Its version and etag. */
  readonly backup: string;
  readonly until: number;
}

/** Milliseconds from the first step of a reset to the next: it may ask for a password, or for a new passphrase. */
const LONGEST_SEQUENCE = 15 * 60_000;

/** Milliseconds. */
const BETWEEN_TRIES = [500, 2000];
/** Milliseconds: a homeserver that wants more is asked when the user says so. */
const LONGEST_WAIT = 30_000;

/** The one guard of each crypto that has one. */
const guards = new WeakMap<AskedCrypto, Guard>();

/**
 * From now on each of these asks `element.confirmReset()` first: `resetKeyBackup`, `deleteKeyBackupVersion`, `disableKeyStorage`,
 * `resetEncryption`, `bootstrapSecretStorage` with `setupNewKeyBackup`, or with `setupNewSecretStorage` where this device does not know the
 * backup's decryption key, `client.deleteKeysFromBackup`, `client.deactivateAccount`, and `setDefaultKeyId` and `store` of
 * `client.secretStorage` where they take away the only way to the backup's decryption key. When the answer is no, it throws a KeyBackupSyncError `reset-declined`, and
 * nothing is touched. A reset of several steps is asked about once. Of several elements on one client the last one asks.
 *
 * @param client after `initRustCrypto()`
 * @returns how to take the guard off again
 * @throws TypeError if the client has no crypto
 */
export function guardBackupReset(
  client: GuardableClient,
  element: ResetConfirmation,
  { automatic = "ask" }: GuardOptions = {},
): () => void {
  const crypto = client.getCrypto();
  if (!crypto) throw new TypeError("key-backup-sync: the client has no crypto: call initRustCrypto() first");
  const guard = guards.get(crypto) ?? new Guard(client, crypto);
  guards.set(crypto, guard);
  const confirmation: Confirmation = {
    confirmReset: (question) => element.confirmReset(question),
    automatic,
    get controller() {
      return element.controller;
    },
  };
  guard.confirmations.push(confirmation);
  return () => {
    guard.confirmations = guard.confirmations.filter((other) => other !== confirmation);
    if (guard.confirmations.length > 0 || guards.get(crypto) !== guard) return;
    guard.takeOff();
    guards.delete(crypto);
  };
}

class Guard {
  confirmations: Confirmation[] = [];
  readonly #client: GuardableClient;
  readonly #crypto: AskedCrypto;
  readonly #restores: readonly (() => void)[];
  /** What an agreed call has as its `this`: what it calls in turn is part of that and asks nobody; a call from anywhere else does. */
  readonly #insides = new Map<object, object>();
  /** As long as an agreed call makes a call, until that returns its promise. */
  #isInside = false;
  #agreement: Agreement | null = null;

  constructor(client: GuardableClient, crypto: AskedCrypto) {
    this.#client = client;
    this.#crypto = crypto;
    const { secretStorage } = client;
    this.#restores = [
      ...this.#wrapAll(crypto, CRYPTO_CALLS),
      ...this.#wrapAll(client, CLIENT_CALLS),
      ...(secretStorage ? this.#wrapAll(secretStorage, SECRET_STORAGE_CALLS) : []),
    ];
  }

  takeOff(): void {
    for (const restore of this.#restores) restore();
  }

  #wrapAll(owner: object, calls: Readonly<Record<string, DestroyingCall>>): (() => void)[] {
    this.#insides.set(owner, this.#insideOf(owner, calls));
    return Object.entries(calls).flatMap(([name, call]) => {
      const around = (args: unknown[], work: (self?: object) => Promise<unknown>) =>
        this.#ask(call, args, (isAgreed) => work(isAgreed ? this.#insides.get(owner) : owner));
      return wrapMethod(owner, name, around) ?? [];
    });
  }

  #insideOf(owner: object, calls: Readonly<Record<string, DestroyingCall>>): object {
    return new Proxy(owner, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function" || !Object.hasOwn(calls, name))
          return this.#insides.get(value as object) ?? value;
        return (...args: readonly unknown[]) => this.#fromInside(() => (value as Method).apply(target, [...args]));
      },
    });
  }

  /** What is called then may have been wrapped by somebody else. */
  #fromInside(work: () => Promise<unknown>): Promise<unknown> {
    this.#isInside = true;
    try {
      return work();
    } finally {
      this.#isInside = false;
    }
  }

  async #ask(
    call: DestroyingCall,
    args: readonly unknown[],
    work: (isAgreed: boolean) => Promise<unknown>,
  ): Promise<unknown> {
    const person = this.confirmations.at(-1);
    if (this.#isInside) return work(true);
    const question = person ? await call.question(args, this.#crypto) : null;
    if (!person || !question) return work(false);
    const isStep = call.isStep?.(args) ?? false;
    // Before the question: what comes into the backup after that was not asked about.
    const backup = isStep || this.#agreement ? await this.#presentBackup() : null;
    const isAgreed = this.#isAgreed(call, question, backup) || (await this.#mayGoOn(person, question));
    if (!isAgreed) throw new KeyBackupSyncError("reset-declined");
    this.#agreement =
      isStep && backup !== null ? { question, call, backup, until: Date.now() + LONGEST_SEQUENCE } : null;
    return isStep ? work(true) : this.#perform(call, args, () => work(true));
  }

  async #mayGoOn(person: Confirmation, question: ResetQuestion): Promise<boolean> {
    const run = this.#run;
    const isAutomatic = question === "reset" && person.automatic === "secure-first" && !isByUser();
    if (isAutomatic && run && (await isSecured(run))) return true;
    return person.confirmReset(question);
  }

  async #perform(call: DestroyingCall, args: readonly unknown[], work: () => Promise<unknown>): Promise<unknown> {
    const run = call.makesBackup?.(args) ? this.#run : null;
    if (!run) return work();
    return run.duringReset(call.canRepeat ? () => this.#repeated(work) : work);
  }

  /** Where the old backup is deleted and the new one refused for a while, the client gives up at once: tries again some times. */
  async #repeated(work: () => Promise<unknown>): Promise<unknown> {
    for (const wait of BETWEEN_TRIES) {
      try {
        return await work();
      } catch (cause) {
        const delay = passesIn(cause, wait);
        if (delay === null) throw cause;
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
    return work();
  }

  #isAgreed(call: DestroyingCall, question: ResetQuestion, backup: string | null): boolean {
    const agreement = this.#agreement;
    if (!agreement || backup === null || Date.now() > agreement.until) return false;
    const isOfIt = agreement.call === call || (agreement.question === "reset" && question === "reset");
    return isOfIt && agreement.backup === backup;
  }

  /** What tells the backup of now from that of another time; `null` where there is none, or nobody can tell. */
  async #presentBackup(): Promise<string | null> {
    try {
      const info = (await this.#crypto.checkKeyBackupAndEnable())?.backupInfo;
      return info ? JSON.stringify([info.version, info.etag]) : null;
    } catch {
      return null;
    }
  }

  /** That which the element shows, which may be of the host's own making; else that of this client. */
  get #run(): KeyBackupSyncController | null {
    const shown = this.confirmations.at(-1)?.controller;
    if (shown instanceof KeyBackupSyncController && !shown.closed) return shown;
    const client = this.#client;
    return isMatrixClient(client) && readinessOf(client) === "ready" ? controllerFor(client) : null;
  }
}

/** The user has just pressed something, as far as the browser can tell. */
function isByUser(): boolean {
  const { userActivation } = navigator as { userActivation?: { readonly isActive: boolean } };
  return userActivation?.isActive ?? false;
}

/** Of the SDK's errors what tells whether another try may help. */
interface HttpFault {
  readonly httpStatus?: number;
  readonly data?: { readonly retry_after_ms?: number };
}

/** Milliseconds until another try: of a homeserver that asks for a break, or that has a problem of its own; `null` for anything else. */
function passesIn(cause: unknown, wait: number): number | null {
  const { httpStatus = 0, data } = (cause ?? {}) as HttpFault;
  if (httpStatus >= 500) return wait;
  if (httpStatus !== 429) return null;
  const asked = Math.max(wait, data?.retry_after_ms ?? 0);
  return asked > LONGEST_WAIT ? null : asked;
}
