/**
 * The run without a face: owns the state and does what each wish asks for. It knows nothing of elements, of bytes, or of any SDK; whose
 * turn it is, in which tab, is one-run.ts's.
 */
import { type Assessed, assessReset } from "./assess-reset.js";
import { choosePause, chooseRun, chooseStop, recallChoice } from "./choice.js";
import { ClientWatch } from "./client-watch.js";
import { isAborted, isFault, KeyBackupSyncError } from "./errors.js";
import type { CryptoStore, Host } from "./host.js";
import { telling, withImportsInARow } from "./imports-in-a-row.js";
import { KeyUpload } from "./key-upload.js";
import { whenToLookAgain } from "./look-again.js";
import { MeteredConnection } from "./metered-connection.js";
import { OneRun, type Wish } from "./one-run.js";
import { PriorityRooms } from "./priority-rooms.js";
import type { ResetOutcome } from "./protocol.js";
import { importRescueCopy, rescueCopy } from "./rescue.js";
import type {
  AssessedOccasion,
  KeyBackupSafety,
  RescueCopy,
  RescuedKeys,
  RescueImportOptions,
  ResetAssessment,
} from "./reset.js";
import { outsideReset, resetLockOf } from "./reset-lock.js";
import { isResetUnfinished, Resetting } from "./resetting.js";
import { run } from "./run.js";
import {
  canStart,
  failedCount,
  IDLE,
  INTENSITIES,
  type Intensity,
  isAtRest,
  type KeyBackupSyncRun,
  type KeyBackupSyncState,
  syncOf,
  type Upload,
} from "./state.js";
import { Unlocking, type UnlockOptions } from "./unlocking.js";
import { WorkerLink } from "./worker-link.js";

/** Counts change many times a second; nobody reads faster than this many milliseconds. */
const BETWEEN_EVENTS = 100;

/** Milliseconds to wait for what most likely comes soon: a look at the homeserver to begin, in whatever tab, or an upload to end. */
const SOON = 2_000;

const RESETTING: KeyBackupSyncState = Object.freeze({ status: "resetting" });
const UNFINISHED: KeyBackupSyncState = Object.freeze({
  status: "unavailable",
  reason: "reset-unfinished",
  replaced: null,
});

/** Milliseconds for another tab to let go of what is to be erased. */
const PATIENCE = 10_000;

/**
 * Downloads every room key of the account's key backup and imports it into the client's crypto store. Controllers of the same user and
 * device, in whatever tab, are one run: one of them does it, all show it, and each can be asked.
 *
 * @example
 * const controller = new KeyBackupSyncController(fromMatrixClient(client));
 * controller.addEventListener("statechange", () => console.log(controller.state.status));
 * await controller.autoStart();
 */
export class KeyBackupSyncController extends EventTarget implements KeyBackupSyncRun, KeyBackupSafety {
  readonly #host: Host;
  readonly #client: ClientWatch;
  readonly #oneRun: OneRun;
  #intensity: Intensity = "balanced";
  #state: KeyBackupSyncState = IDLE;
  #link: WorkerLink | null = null;
  #eventTimer: ReturnType<typeof setTimeout> | null = null;
  #lastEvent = 0;
  #closed = false;
  readonly #priorities = new PriorityRooms();
  readonly #metered = new MeteredConnection();
  readonly #unlocking = new Unlocking(
    () => this.#worker(),
    () => this.#oneRun.wish(canStart(this.#state) ? "start" : "look-again"),
  );
  /** Of room keys that are on this device alone. */
  readonly #upload: KeyUpload;
  /** A reset by a client of this page. */
  readonly #resetting: Resetting;
  readonly #finishReset: () => Promise<void>;
  /** What it rests at is old. */
  #mustLook = false;
  readonly #unsubscribe: readonly (() => void)[];

  constructor(host: Host) {
    super();
    this.#client = new ClientWatch(host, () => this.#onStop());
    const inARow = withImportsInARow(this.#client.cryptoStore, host.importer ?? host.cryptoStore);
    this.#host = {
      account: host.account,
      rooms: host.rooms,
      cryptoStore: {
        ...telling(inARow, (roomKeys) => this.#upload.imported(roomKeys)),
        backUpAgain: () => this.#backUpAgain(inARow),
      },
      onBackupChange: (listener) => host.onBackupChange(listener),
    };
    this.#upload = new KeyUpload({
      host,
      cryptoStore: {
        ...this.#client.cryptoStore,
        // Not in the midst of an import.
        backUpAgain: async () => this.#host.cryptoStore.backUpAgain?.(),
      },
      worker: () => this.#worker(),
      onChange: () => !this.#closed && this.#replace(this.#state),
    });
    this.#finishReset = async () => host.resetKeyBackup?.();
    this.#resetting = new Resetting({
      name: resetLockOf(host.account),
      cryptoStore: this.#client.cryptoStore,
      worker: () => this.#worker(),
      onBegin: () => this.#tell(),
      onNoted: () => void this.#lookAnew(),
      onEnd: (outcome) => this.#onResetEnd(outcome),
    });
    const { userId, deviceId } = host.account;
    this.#oneRun = new OneRun(`key-backup-sync:${userId}:${deviceId}`, {
      getState: () => this.#state,
      begin: async (wish) => (await this.#guarded(() => this.#begin(wish))) ?? false,
      run: async (signal) => void (await this.#guarded(() => this.#survivingCrashes(signal))),
      rest: () => this.#endWorker(),
      prioritise: (roomId) => this.#priorities.add(roomId),
      mirror: (state) => this.#report(state),
    });
    this.#unsubscribe = [
      this.#client.begin(),
      host.cryptoStore.onDecryptionKeyChange(() => this.#onDecryptionKeyChange()),
      host.rooms.onUndecryptable((roomId) => this.prioritise(roomId)),
      whenToLookAgain(host, () => void this.#lookAgain()),
      () => this.#upload.close(),
    ];
    this.#upload.begin();
  }

  get state(): KeyBackupSyncState {
    return this.#resetting.isGoingOn ? RESETTING : this.#state;
  }

  /** It is of no more use: see `close()`. */
  get closed(): boolean {
    return this.#closed;
  }

  get intensity(): Intensity {
    return this.#intensity;
  }

  /** @throws TypeError for anything that is no intensity */
  set intensity(intensity: Intensity) {
    if (!INTENSITIES.includes(intensity)) throw new TypeError(`key-backup-sync: there is no intensity ${intensity}`);
    this.#intensity = intensity;
  }

  start(): Promise<void> {
    return this.#oneRun.wish("start");
  }

  autoStart(): Promise<void> {
    return this.#oneRun.wish("auto-start");
  }

  pause(): Promise<void> {
    return this.#oneRun.wish("pause");
  }

  resume(): Promise<void> {
    return this.#oneRun.wish("resume");
  }

  stop(): Promise<void> {
    this.#unlocking.forget();
    return this.#oneRun.wish("stop");
  }

  /** The keys of this room first: somebody is looking at it. A room is asked for once. */
  prioritise(roomId: string): void {
    this.#oneRun.prioritise(roomId);
  }

  async assessReset(
    signal: AbortSignal = new AbortController().signal,
    occasion: AssessedOccasion = "reset",
  ): Promise<ResetAssessment> {
    const { assessment, isBehind } = await this.#assess(occasion, signal);
    if (this.#isDone && assessment.kind === "at-risk" && assessment.notDownloaded > 0) {
      // It does not compare counts first.
      this.#mustLook = true;
      // Whoever asks need not press for it.
      if (isBehind) void this.#oneRun.wish("look-again");
    }
    if (assessment.notUploaded) this.#upload.look();
    return assessment;
  }

  /** Once more where an upload of this device was on its way, which may be all that the homeserver has more. */
  async #assess(occasion: AssessedOccasion, signal: AbortSignal): Promise<Assessed> {
    const { own } = this.#upload;
    await soon(own.noted);
    const { isUnderWay, sentCount } = own;
    const assess = () => assessReset(this.#worker(), this.#host.cryptoStore, occasion, signal);
    const assessed = await assess();
    const isDoubtful = assessed.isBehind && assessed.assessment.kind === "at-risk";
    if (!isDoubtful || !(isUnderWay || own.isUnderWay || own.sentCount > sentCount)) return assessed;
    await soon(own.settled());
    return assess();
  }

  async rescueCopy(passphrase: string | null): Promise<RescueCopy> {
    return rescueCopy(this.#worker(), passphrase);
  }

  /**
   * Takes back an archive, of this account or another: its keys go into the crypto store, and from there into the present backup.
   * @param recoveryKey of that backup, or of the secret storage of its account; or the passphrase of that
   * @throws KeyBackupSyncError `rescue-copy-damaged`, `rescue-copy-is-key-export`, `recovery-key-invalid`, `decryption-key-mismatch`;
   *   `import-failed` if the crypto store takes none of its keys. In each case nothing is changed. `rescue-copy-overtaken` when another one
   *   is imported meanwhile: what is imported by then stays, as it does when aborted by `options.signal`
   */
  async importRescueCopy(file: Blob, recoveryKey: string, options: RescueImportOptions = {}): Promise<RescuedKeys> {
    return importRescueCopy({
      link: this.#worker(),
      cryptoStore: this.#host.cryptoStore,
      file,
      recoveryKey,
      options,
    });
  }

  /**
   * Resets the key backup, or does another work that deletes the backup and makes a new one: the state is `resetting` meanwhile. Where it
   * breaks off in between, also by the end of the page, the state is `unavailable`, with the reason `reset-unfinished`, until there is a new
   * backup. `guardBackupReset` does this for each reset of a matrix-js-sdk client.
   * @returns what the work returns @throws what it throws
   */
  duringReset<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.#resetting.during(work);
  }

  /**
   * After `reset-unfinished`: makes the new backup by the host, if it can. How that ended is told by the state. Where the reset is over
   * meanwhile, as when another device has made a backup, it only looks at that.
   * @param confirm asked where room keys would be lost, as those of an older backup that is left: without it, nothing is done then
   */
  async finishReset(confirm: () => Promise<boolean> = async () => false): Promise<void> {
    try {
      if (await this.#mayFinishReset(confirm)) await this.#finishReset();
    } catch {
      // It did not finish, as before.
    }
    await this.#lookAnew();
  }

  async #mayFinishReset(confirm: () => Promise<boolean>): Promise<boolean> {
    if (!(await isResetUnfinished(this.#worker(), this.#host))) return false;
    return (await this.assessReset()).kind === "none" || confirm();
  }

  /**
   * Opens what is downloaded and waits for its recovery key, of the present backup and of those before, and starts.
   * @param recoveryKey of the backup or of the account's secret storage, or the passphrase that either was made from
   * @throws KeyBackupSyncError if it opens none of them. `recovery-key-invalid`: it is no recovery key. `decryption-key-mismatch`: it is the
   *   key of something else. `backup-key-not-stored`: it is right, but the secret storage does not hold the backup's key.
   *   `stored-backup-key-mismatch`: it is right, but the secret storage holds the key of another backup. `recovery-key-unchecked`: the
   *   homeserver cannot be asked now; it is kept in memory and tried again, until `stop()`, `erase()`, `close()` or another `unlock()`; the
   *   error's `outcome` tells how that ended. The reason of `options.signal` when that aborts: it is forgotten then
   */
  unlock(recoveryKey: string, options: UnlockOptions = {}): Promise<void> {
    return this.#unlocking.unlock(recoveryKey, options.signal);
  }

  /** Leaves nothing of this on this device, as after logging out: what is imported stays, what is not is lost. It is closed then. */
  async erase(): Promise<void> {
    this.#unlocking.forget();
    const erased = this.#oneRun.wish("erase").then(() => true);
    const isErased = await Promise.race([erased, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
    const { state } = this;
    // The tab that has the run does not answer: it is frozen, and has to do without.
    if (!isErased) await this.#worker().call("erase", []);
    this.close();
    if (state.status === "failed") throw state.error;
  }

  /**
   * The page is done with it: ends what is in flight and keeps all that is safe. Another tab goes on with it. No wish is granted then, and
   * what asks the worker throws `AbortError`.
   */
  close(): void {
    this.#closed = true;
    this.#unlocking.forget();
    this.#oneRun.close();
    this.#link?.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    if (this.#eventTimer !== null) clearTimeout(this.#eventTimer);
    this.dispatchEvent(new Event("close"));
  }

  /** True if a run is to follow: the state is `checking` then. */
  async #begin(wish: Wish): Promise<boolean> {
    if (this.#client.hasStopped && wish !== "stop" && wish !== "erase") {
      this.#oneRun.letGo();
      return false;
    }
    switch (wish) {
      case "auto-start":
        return this.#rest(await this.#recalled());
      case "go-on":
        return this.#goOn();
      case "resume":
        this.#metered.allow();
        return this.#start();
      case "start":
        return this.#start();
      case "look-again":
        return true;
      case "pause":
        return this.#rest(await choosePause(this.#worker(), this.#host.cryptoStore));
      case "stop":
        return this.#rest(await chooseStop(this.#worker()));
      case "erase":
        await this.#worker().call("erase", []);
        return this.#rest(IDLE);
    }
  }

  async #start(): Promise<boolean> {
    this.#enter({ status: "checking" });
    await chooseRun(this.#worker());
    return true;
  }

  /** A reset that broke off is more than what the user chose before. */
  async #recalled(): Promise<KeyBackupSyncState | null> {
    const state = await recallChoice(this.#worker(), this.#host.cryptoStore, null);
    const isBroken = state !== null && (await isResetUnfinished(this.#worker(), this.#host));
    return isBroken ? UNFINISHED : state;
  }

  /** From another tab, or from a run that waited: it may have come to its end, too. */
  async #goOn(): Promise<boolean> {
    const recalled = await recallChoice(this.#worker(), this.#host.cryptoStore, syncOf(this.#state));
    // Meanwhile the other tab said how it ended.
    return !isAtRest(this.#state) && this.#rest(recalled);
  }

  /** False; true, and at the beginning of a run, if there is nothing to rest at. */
  #rest(state: KeyBackupSyncState | null): boolean {
    this.#enter(state ?? { status: "checking" });
    return state === null;
  }

  /** A worker that died is replaced, as long as the run gets further each time. */
  async #survivingCrashes(signal: AbortSignal): Promise<void> {
    const options = {
      host: this.#host,
      signal,
      intensity: () => this.#intensity,
      report: (state: KeyBackupSyncState) => this.#report(state),
      priorities: this.#priorities,
      metered: this.#metered,
      restingAt: this.#isDone && !this.#mustLook ? this.#state : null,
    };
    this.#mustLook = false;
    for (let reached = -1; ; ) {
      const link = this.#worker();
      try {
        return await run({ ...options, link });
      } catch (cause) {
        // What a client throws that was stopped is no error.
        if (this.#client.hasStopped || signal.aborted) return;
        const isCrash = isFault(cause, "worker-crashed");
        if (!isCrash || this.#reached <= reached) throw cause;
        reached = this.#reached;
        if (link.crashed) await link.ended;
      }
    }
  }

  /** Room keys that are downloaded, and once more those that are done with. */
  get #reached(): number {
    const progress = syncOf(this.#state)?.progress;
    return progress ? progress.downloaded + progress.imported + failedCount(progress) : 0;
  }

  /** A fault becomes a state; an abort is none. */
  async #guarded<Value>(work: () => Promise<Value>): Promise<Value | null> {
    try {
      return await work();
    } catch (cause) {
      if (isAborted(cause)) return null;
      const error = cause instanceof KeyBackupSyncError ? cause : new KeyBackupSyncError("worker-crashed", { cause });
      this.#enter({ status: "failed", error, sync: syncOf(this.#state) });
      return null;
    } finally {
      // Whoever is next must not begin beside a worker that has not heard of it yet.
      if (this.#closed) await this.#link?.ended;
    }
  }

  async #backUpAgain(cryptoStore: CryptoStore): Promise<void> {
    await outsideReset(resetLockOf(this.#host.account), async () => cryptoStore.backUpAgain?.());
    this.#upload.look();
  }

  /** @throws AbortError when closed: nobody would end another worker */
  #worker(): WorkerLink {
    if (this.#closed) throw new DOMException("The controller is closed", "AbortError");
    if (!this.#link || this.#link.crashed) this.#link = new WorkerLink(this.#host.account);
    return this.#link;
  }

  async #endWorker(): Promise<void> {
    this.#link?.close();
    await this.#link?.ended;
  }

  /** What is kept stays for the next client of the user and device. Other tabs do not hear of it: they may go on. */
  #onStop(): void {
    this.#oneRun.letGo();
    this.#upload.close();
    this.#enter(IDLE);
  }

  /** All there was to do is done. */
  get #isDone(): boolean {
    return this.#state.status === "complete" || this.#state.status === "unavailable";
  }

  /** A run goes on as it is, unless it is about a backup that is no longer the account's. One that is still asking will hear of it. */
  async #lookAgain(): Promise<void> {
    if (!this.#isDone && this.#state.status !== "failed") {
      // The tab that has the run looks for itself.
      if (!this.#oneRun.isHere) return;
      if (!syncOf(this.#state) || !(await this.#isReplaced())) return;
    }
    await this.#oneRun.wish("look-again");
  }

  async #onResetEnd(outcome: ResetOutcome | null): Promise<void> {
    if (this.#closed) return;
    if (outcome === "unfinished" && isAtRest(this.#state)) this.#enter(UNFINISHED);
    await this.#lookAnew();
    this.#tell();
  }

  /** What it rests at is from before a reset. */
  async #lookAnew(): Promise<void> {
    this.#mustLook = this.#isDone;
    await soon(this.#oneRun.wish("look-again"));
  }

  /** Where nobody can tell, the run itself will hear of it. */
  async #isReplaced(): Promise<boolean> {
    try {
      return (await this.#worker().call("compare", [null, null])).isOther;
    } catch {
      return false;
    }
  }

  /** A key that was missing, or the wrong one, may be the right one now. A run that is here hears of it by itself. */
  #onDecryptionKeyChange(): void {
    const state = this.#state;
    if (state.status === "failed" && state.error.nextMove === "enter-recovery-key") void this.start();
    // A reset takes it away from the client, and the run that would keep it does not go on before that.
    if (state.status === "paused") void this.#keepKey();
    const isMissed = state.status === "waiting" && state.reason === "decryption-key";
    if (isMissed && !this.#oneRun.isHere) void this.#oneRun.wish("go-on");
  }

  async #keepKey(): Promise<void> {
    try {
      const key = await this.#host.cryptoStore.getDecryptionKey();
      if (key) await this.#worker().call("keepKeyOfAll", [key]);
    } catch {
      // It is kept when a run goes on, or a reset begins.
    }
  }

  /** What goes on elsewhere, or here, is nothing to a client that was stopped. */
  #report(state: KeyBackupSyncState): void {
    if (!this.#client.hasStopped) this.#enter(state);
  }

  /** The one place where the state changes. */
  #enter(state: KeyBackupSyncState): void {
    if (this.#closed) return;
    // It may have been stopped in another tab.
    if (state.status === "idle") this.#unlocking.forget();
    else if (state.status !== this.#state.status && !isHeldUp(state)) this.#unlocking.wake();
    this.#replace(state);
  }

  #replace(state: KeyBackupSyncState): void {
    const isCount = state.status === this.#state.status && performance.now() - this.#lastEvent < BETWEEN_EVENTS;
    this.#state = Object.freeze(withUpload(state, this.#upload.upload));
    if (!isCount) this.#tell();
    else this.#eventTimer ??= setTimeout(() => this.#tell(), BETWEEN_EVENTS);
  }

  #tell(): void {
    if (this.#eventTimer !== null) clearTimeout(this.#eventTimer);
    this.#eventTimer = null;
    this.#lastEvent = performance.now();
    this.#oneRun.tell();
    this.dispatchEvent(new Event("statechange"));
  }
}

/** Of a store of this page: what another tab tells of its own is not needed. */
function withUpload(state: KeyBackupSyncState, upload: Upload | null): KeyBackupSyncState {
  if (upload) return { ...state, uploading: upload };
  return state.uploading ? { ...state, uploading: null } : state;
}

async function soon(work: Promise<unknown>): Promise<void> {
  await Promise.race([work, new Promise((resolve) => setTimeout(resolve, SOON))]);
}

/** Not a sign that the homeserver answers. */
function isHeldUp({ status }: KeyBackupSyncState): boolean {
  return status === "waiting" || status === "failed" || status === "paused";
}
