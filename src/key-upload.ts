/**
 * The upload of room keys that this device alone has, as after a reset: how far it is, by the counts of the crypto store. The client begins
 * its own upload after some seconds and sees to it alone; as long as it does not, the upload is driven here. It has ended when the
 * homeserver has every key.
 */
import { isAborted, isFault, KeyBackupSyncError } from "./errors.js";
import type { CryptoStore, Host, RoomKey, RoomKeyUpload } from "./host.js";
import { locked } from "./locked.js";
import { OwnUploads } from "./own-uploads.js";
import { PaceMeter } from "./pace-meter.js";
import { isResetting, outsideReset, resetLockOf } from "./reset-lock.js";
import { retryDelay, untilRetry } from "./retries.js";
import type { Upload, UploadHold } from "./state.js";
import { UploadSender } from "./upload-sender.js";
import type { WorkerLink } from "./worker-link.js";

/** Milliseconds between two looks: whether there is something to upload, as the client sees to single new keys by itself. */
const BETWEEN_LOOKS = 60_000;
/** Milliseconds between two counts while the client, or another tab, uploads. */
const BETWEEN_COUNTS = 1000;
/** Milliseconds after which a client that said nothing more does not upload any more. */
const CLIENT_IS_SILENT = 5000;
/** Counting takes longer with each room key. Beside the upload, it takes one part in so many of the time. */
const COUNT_SHARE = 20;
/** A homeserver that counts wrong is not sent all keys for ever. */
const MOST_REPEATS = 2;

/** Milliseconds that a reset may have to wait for. */
const LONGEST_CHECK = 5000;

export interface KeyUploadOptions {
  readonly host: Host;
  /** That of the host, by which a client that was stopped is noticed. */
  readonly cryptoStore: CryptoStore;
  readonly worker: () => WorkerLink;
  readonly onChange: () => void;
}

interface Counts {
  readonly version: string;
  readonly total: number;
  readonly done: number;
}

export class KeyUpload {
  readonly #options: KeyUploadOptions;
  readonly #closed = new AbortController();
  readonly #sender: UploadSender;
  readonly #ownUploads: OwnUploads;
  #upload: Upload | null = null;
  #pace = new PaceMeter();
  #isWorking = false;
  #mustLook = false;
  /** Milliseconds that the last count took. */
  #countTook = 0;
  /** The user does not want keys to be uploaded; `null` if that is to be asked. */
  #isOff: boolean | null = null;
  /** What tells whether an answer to that is still of now. */
  #backupChanges = 0;
  /** In a row. */
  #failures = 0;
  #repeats = 0;
  #clientUploadedAt = Number.NEGATIVE_INFINITY;
  #unsubscribe: readonly (() => void)[] = [];

  constructor(options: KeyUploadOptions) {
    this.#options = options;
    this.#sender = new UploadSender(options.cryptoStore, options.worker);
    this.#ownUploads = new OwnUploads(options.cryptoStore, options.worker, this.#closed.signal);
  }

  /** `null` if every key is in the backup, or nobody can tell. */
  get upload(): Upload | null {
    return this.#upload;
  }

  /** What this device itself uploads, as far as it is noted. */
  get own(): Pick<OwnUploads, "noted" | "settled" | "sentCount" | "isUnderWay"> {
    return this.#ownUploads;
  }

  begin(): void {
    const { host, cryptoStore } = this.#options;
    const timer = setInterval(() => this.look(), BETWEEN_LOOKS);
    this.#unsubscribe = [
      () => clearInterval(timer),
      host.onBackupChange(() => {
        this.#isOff = null;
        this.#backupChanges++;
        this.look();
      }),
      host.onUploading?.(() => this.#hearClient()) ?? (() => {}),
      cryptoStore.onUpload?.({
        encrypted: (upload) => this.#hearEncrypted(upload),
        sent: (upload, answer) => this.#hearSent(upload, answer),
      }) ?? (() => {}),
    ];
    this.look();
  }

  /** Something may be to be uploaded. */
  look(): void {
    this.#mustLook = true;
    if (!this.#isWorking) void this.#work();
  }

  /** Room keys that are in no backup went into the crypto store. */
  imported(roomKeys: readonly RoomKey[]): void {
    this.#sender.imported(roomKeys);
    if (!this.#upload) this.look();
  }

  close(): void {
    this.#closed.abort();
    this.#upload = null;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #hearClient(): void {
    this.#clientUploadedAt = performance.now();
    if (!this.#upload) this.look();
  }

  #hearEncrypted(upload: RoomKeyUpload): void {
    this.#sender.encrypted(upload);
    this.#ownUploads.encrypted();
  }

  #hearSent(upload: RoomKeyUpload, answer: string): void {
    this.#ownUploads.sent(upload, answer);
    // What fails is tried again after the next one.
    this.#sender.sent().catch(() => {});
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      while (this.#mustLook && !this.#closed.signal.aborted) {
        this.#mustLook = false;
        await this.#untilUploaded();
      }
    } catch {
      // Closed, or the client was stopped; else it is seen to at the next look.
    } finally {
      this.#isWorking = false;
    }
  }

  async #untilUploaded(): Promise<void> {
    for (let hasUploaded = false; ; ) {
      const counts = await this.#count();
      if (!counts || this.#isOff) return this.#end();
      if (counts.done < counts.total) {
        this.#show(counts.done, counts.total, this.#failures > 0 ? (this.#upload?.hold ?? null) : null);
        if (!(await this.#tried(() => this.#advance(counts), true))) return this.#end();
        hasUploaded = true;
      } else if (!hasUploaded || (await this.#tried(() => this.#check(counts), false))) {
        return this.#end();
      }
    }
  }

  /** Nothing more to do: until the next look. */
  #end(): void {
    this.#repeats = 0;
    this.#failures = 0;
    this.#sender.samples.clear();
    if (!this.#upload) return;
    this.#upload = null;
    this.#pace = new PaceMeter();
    this.#options.onChange();
  }

  /** `null` if the client uploads to no backup, or does not tell. */
  async #count(): Promise<Counts | null> {
    const { cryptoStore } = this.#options;
    const started = performance.now();
    const backedUp = (await cryptoStore.getBackedUp?.()) ?? null;
    if (!backedUp) return null;
    const { roomKeyCount } = await cryptoStore.getContents();
    this.#countTook = performance.now() - started;
    return { version: backedUp.version, total: roomKeyCount, done: backedUp.count };
  }

  /** @returns false if the user does not want it */
  async #advance(counts: Counts): Promise<boolean> {
    const { host } = this.#options;
    const { signal } = this.#closed;
    const { userId, deviceId } = host.account;
    const isLeftToClient = !host.cryptoStore.nextUpload || this.#isClientUploading;
    if (!isLeftToClient) {
      if (await this.#askIsOff()) return false;
      const lock = `key-backup-sync:upload:${userId}:${deviceId}`;
      const isSent = await locked(lock, { ifAvailable: true }, async () => {
        await this.#send(counts);
        return true;
      });
      if (isSent) return true;
    }
    await untilRetry(BETWEEN_COUNTS, signal);
    return true;
  }

  async #askIsOff(): Promise<boolean> {
    for (;;) {
      if (this.#isOff !== null) return this.#isOff;
      const changes = this.#backupChanges;
      const isOff = await this.#options.worker().call("isKeyStorageOff", [], this.#closed.signal);
      if (changes === this.#backupChanges) this.#isOff = isOff;
    }
  }

  get #isClientUploading(): boolean {
    return performance.now() - this.#clientUploadedAt < CLIENT_IS_SILENT;
  }

  /** Until it is time to count once more. */
  async #send({ total, done }: Counts): Promise<void> {
    const until = performance.now() + BETWEEN_COUNTS + this.#countTook * COUNT_SHARE;
    for (let sent = done; sent < total && performance.now() < until; ) {
      if (this.#isClientUploading) return;
      if (await isResetting(this.#resetLock)) return untilRetry(BETWEEN_COUNTS, this.#closed.signal);
      const count = await this.#sender.send(this.#closed.signal);
      if (count === 0) return untilRetry(BETWEEN_COUNTS, this.#closed.signal);
      this.#failures = 0;
      sent += count;
      this.#show(Math.min(sent, total), total, null);
    }
  }

  /** @returns true if the homeserver has every key; else they are sent again */
  async #check({ version, done }: Counts): Promise<boolean> {
    const { worker, cryptoStore } = this.#options;
    const { signal } = this.#closed;
    if (this.#repeats >= MOST_REPEATS) return true;
    const present = await worker().call("compare", [null, null], signal);
    if (present.version !== version) throw new KeyBackupSyncError("backup-replaced");
    const samples = this.#sender.samples.all;
    const hasAll = present.count >= done && (await worker().call("hasSessions", [version, samples], signal));
    if (hasAll) return true;
    this.#repeats++;
    this.#sender.samples.clear();
    await cryptoStore.backUpAgain?.();
    return false;
  }

  /** Whatever keeps it from going on passes: it waits for that, and it is to be tried again then. */
  async #tried(work: () => Promise<boolean>, otherwise: boolean): Promise<boolean> {
    const { signal } = this.#closed;
    try {
      return await work();
    } catch (cause) {
      signal.throwIfAborted();
      if (isAborted(cause) || this.#options.host.isStopped?.()) throw cause;
      if (isFault(cause, "backup-replaced")) await this.#checkBackup();
      const error = cause instanceof KeyBackupSyncError ? cause : new KeyBackupSyncError("homeserver-error", { cause });
      if (this.#upload) this.#show(this.#upload.done, this.#upload.total, holdOf(error));
      await untilRetry(retryDelay(error, ++this.#failures), signal);
      return otherwise;
    }
  }

  /** In the midst of a reset it makes some clients forget the backup that is just being made. What fails is tried again. */
  async #checkBackup(): Promise<void> {
    const tooLate = new Promise<void>((resolve) => setTimeout(resolve, LONGEST_CHECK));
    const check = async () => this.#options.host.checkBackup?.();
    await outsideReset(this.#resetLock, () => Promise.race([check(), tooLate])).catch(() => {});
  }

  get #resetLock(): string {
    return resetLockOf(this.#options.host.account);
  }

  #show(done: number, total: number, hold: UploadHold | null): void {
    if (this.#closed.signal.aborted) return;
    const pace = this.#pace.measure(done, total, performance.now());
    this.#upload = { total, done, secondsLeft: hold ? null : (pace?.secondsLeft ?? null), hold };
    this.#options.onChange();
  }
}

function holdOf({ code }: KeyBackupSyncError): UploadHold | null {
  if (code === "rate-limited" || code === "quota-exceeded") return code;
  if (code === "backup-replaced") return null;
  return code === "homeserver-unreachable" ? "offline" : "homeserver-error";
}
