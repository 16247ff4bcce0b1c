/**
 * The run without a face: owns the state, what the person chose, and the one run that may go on for this user and device. It knows
 * nothing of elements, of bytes, or of any SDK.
 */
import { KeyBackupSyncError } from "./errors.js";
import type { Host } from "./host.js";
import { MeteredConnection } from "./metered-connection.js";
import { PriorityRooms } from "./priority-rooms.js";
import type { Choice, KeptBackup } from "./protocol.js";
import { run, syncAt } from "./run.js";
import {
  canPause,
  canResume,
  canStart,
  canStop,
  IDLE,
  type KeyBackupSyncRun,
  type KeyBackupSyncState,
  syncOf,
} from "./state.js";
import { WorkerLink } from "./worker-link.js";

/** Counts change many times a second; nobody reads faster than this many milliseconds. */
const BETWEEN_EVENTS = 100;

/**
 * Downloads every room key of the account's key backup and imports it into the client's crypto store.
 *
 * @example
 * const controller = new KeyBackupSyncController(fromMatrixClient(client));
 * controller.addEventListener("statechange", () => console.log(controller.state.status));
 * await controller.autoStart();
 */
export class KeyBackupSyncController extends EventTarget implements KeyBackupSyncRun {
  readonly #host: Host;
  #state: KeyBackupSyncState = IDLE;
  #link: WorkerLink | null = null;
  #run: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;
  #eventTimer: ReturnType<typeof setTimeout> | null = null;
  #lastEvent = 0;
  readonly #priorities = new PriorityRooms();
  readonly #metered = new MeteredConnection();
  readonly #unsubscribe: readonly (() => void)[];

  constructor(host: Host) {
    super();
    this.#host = host;
    this.#unsubscribe = [
      host.cryptoStore.onDecryptionKeyChange(() => this.#onDecryptionKeyChange()),
      host.rooms.onUndecryptable((roomId) => this.prioritise(roomId)),
    ];
  }

  get state(): KeyBackupSyncState {
    return this.#state;
  }

  async start(): Promise<void> {
    if (!canStart(this.#state)) return;
    await this.#begin("run");
  }

  async autoStart(): Promise<void> {
    if (this.#state.status !== "idle" || this.#run) return;
    await this.#guarded(async () => {
      const { choice, kept } = await this.#worker().call("recall", []);
      if (choice === "run") await this.#begin(null);
      if (choice === "paused" && kept) this.#enter(pausedAt(kept));
    });
  }

  async pause(): Promise<void> {
    if (!canPause(this.#state)) return;
    await this.#guarded(async () => {
      await this.#worker().call("choose", ["paused"]);
      await this.#halt();
      const { kept } = await this.#worker().call("recall", []);
      this.#enter(kept ? pausedAt(kept) : IDLE);
    });
  }

  async resume(): Promise<void> {
    if (!canResume(this.#state)) return;
    this.#metered.allow();
    if (this.#state.status === "paused") await this.#begin("run");
  }

  async stop(): Promise<void> {
    if (!canStop(this.#state)) return;
    await this.#guarded(async () => {
      await this.#worker().call("choose", ["stopped"]);
      await this.#halt();
      await this.#worker().call("forget", []);
      this.#enter(IDLE);
    });
  }

  /** The keys of this room first: somebody is looking at it. A room is asked for once. */
  prioritise(roomId: string): void {
    this.#priorities.add(roomId);
  }

  /** The page is done with it: ends what is in flight and keeps all that is safe. */
  close(): void {
    this.#run?.abort.abort();
    this.#link?.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    if (this.#eventTimer !== null) clearTimeout(this.#eventTimer);
  }

  async #begin(choice: Choice | null): Promise<void> {
    // Whoever hears of a state that ends a run may start the next one at once.
    await this.#run?.ended;
    if (this.#run) return;
    this.#enter({ status: "checking" });
    const abort = new AbortController();
    this.#run = { abort, ended: this.#runOnce(choice, abort.signal) };
  }

  async #runOnce(choice: Choice | null, signal: AbortSignal): Promise<void> {
    await this.#guarded(async () => {
      if (choice) await this.#worker().call("choose", [choice]);
      await this.#alone(signal, () => this.#survivingOneCrash(signal));
    });
    this.#run = null;
  }

  /** Only one run for this user and device, in whatever tab: two would import everything twice. */
  async #alone(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    const { userId, deviceId } = this.#host.account;
    const name = `key-backup-sync:${userId}:${deviceId}`;
    const isDone = await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await work();
      return lock !== null;
    });
    if (isDone) return;
    this.#enter({ status: "waiting", reason: "other-tab", retryAt: null, sync: null });
    await navigator.locks.request(name, { signal }, () => this.#takeOver(work));
  }

  /** The other tab may have been paused or stopped, not closed: then there is nothing to take over. */
  async #takeOver(work: () => Promise<void>): Promise<void> {
    const { choice, kept } = await this.#worker().call("recall", []);
    if (choice === "run") await work();
    else this.#enter(choice === "paused" && kept ? pausedAt(kept) : IDLE);
  }

  async #survivingOneCrash(signal: AbortSignal): Promise<void> {
    const options = {
      host: this.#host,
      signal,
      report: (state: KeyBackupSyncState) => this.#enter(state),
      priorities: this.#priorities,
      metered: this.#metered,
    };
    try {
      await run({ ...options, link: this.#worker() });
    } catch (cause) {
      signal.throwIfAborted();
      if (!(cause instanceof KeyBackupSyncError) || cause.code !== "worker-crashed") throw cause;
      await run({ ...options, link: this.#worker() });
    }
  }

  /** Ends the run; resolves when nothing is in flight any more. */
  async #halt(): Promise<void> {
    this.#run?.abort.abort();
    await this.#run?.ended;
  }

  /** A fault becomes a state; an abort is none. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === "AbortError") return;
      const error = cause instanceof KeyBackupSyncError ? cause : new KeyBackupSyncError("worker-crashed", { cause });
      this.#enter({ status: "failed", error, sync: syncOf(this.#state) });
    }
  }

  #worker(): WorkerLink {
    if (!this.#link || this.#link.crashed) this.#link = new WorkerLink(this.#host.account);
    return this.#link;
  }

  /** A key that was missing, or the wrong one, may be the right one now. */
  #onDecryptionKeyChange(): void {
    const state = this.#state;
    if (state.status === "failed" && state.error.nextMove === "enter-recovery-key") void this.start();
  }

  /** The one place where the state changes. */
  #enter(state: KeyBackupSyncState): void {
    const isCount = state.status === this.#state.status && performance.now() - this.#lastEvent < BETWEEN_EVENTS;
    this.#state = Object.freeze(state);
    if (!isCount) this.#tell();
    else this.#eventTimer ??= setTimeout(() => this.#tell(), BETWEEN_EVENTS);
  }

  #tell(): void {
    if (this.#eventTimer !== null) clearTimeout(this.#eventTimer);
    this.#eventTimer = null;
    this.#lastEvent = performance.now();
    this.dispatchEvent(new Event("statechange"));
  }
}

function pausedAt(kept: KeptBackup): KeyBackupSyncState {
  return { status: "paused", ...syncAt(kept) };
}
