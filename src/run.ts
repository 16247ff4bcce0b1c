/**
 * One run, from the first question to the last key settled: which backup there is, its download, and its import beside or after
 * that. It reports states and ends by itself, by an abort or with a fault; what the person chose, and what comes before and after, is
 * the controller's.
 */
import { Changes } from "./changes.js";
import { KeyBackupSyncError } from "./errors.js";
import type { Host } from "./host.js";
import { importRoomKeys } from "./import.js";
import { PaceMeter } from "./pace-meter.js";
import type { KeptBackup } from "./protocol.js";
import { retryDelay, untilRetry } from "./retry.js";
import {
  type BackupInfo,
  type KeyBackupSyncState,
  type Progress,
  type Sync,
  syncOf,
  type WaitingReason,
} from "./state.js";
import type { WorkerLink } from "./worker-link.js";

/**
 * On a fast line the import waits for the download, which it would only slow down: all is safe sooner. A download that takes longer
 * than this many milliseconds has time to spare.
 */
const IMPORT_BESIDE_DOWNLOAD_AFTER = 3000;

export interface RunOptions {
  readonly host: Host;
  readonly link: WorkerLink;
  readonly signal: AbortSignal;
  readonly report: (state: KeyBackupSyncState) => void;
}

interface Wait {
  readonly reason: WaitingReason;
  readonly retryAt: number | null;
}

/** @throws KeyBackupSyncError what needs a person; the signal's reason when aborted */
export async function run(options: RunOptions): Promise<void> {
  let state: KeyBackupSyncState = { status: "checking" };
  const report = (next: KeyBackupSyncState) => {
    state = next;
    options.report(next);
  };
  await new Retries(options).until(
    () => tryOnce({ ...options, report }),
    (wait) => report({ status: "waiting", ...wait, sync: syncOf(state) }),
  );
}

async function tryOnce(options: RunOptions): Promise<void> {
  options.report({ status: "checking" });
  const check = await options.link.call("check", [], options.signal);
  if (check.available !== "yes") return options.report({ status: "unavailable", reason: check.available });
  if (!check.kept.settled) await new BackupRun(options, check.kept).settle();
  else options.report({ status: "complete", ...syncAt(check.kept) });
}

/** Tries again as long as waiting helps. */
class Retries {
  readonly #signal: AbortSignal;
  #failuresInARow = 0;

  constructor({ signal }: { readonly signal: AbortSignal }) {
    this.#signal = signal;
  }

  /** There was more progress than ever before: the next failure counts as the first. */
  progressed(): void {
    this.#failuresInARow = 0;
  }

  async until<Value>(work: () => Promise<Value>, onWait: (wait: Wait) => void): Promise<Value> {
    for (;;) {
      try {
        return await work();
      } catch (cause) {
        this.#signal.throwIfAborted();
        if (!(cause instanceof KeyBackupSyncError) || cause.nextMove !== "wait") throw cause;
        const delay = retryDelay(cause, ++this.#failuresInARow);
        onWait({ reason: waitingReason(cause), retryAt: Date.now() + delay });
        await untilRetry(delay, this.#signal);
      }
    }
  }
}

function waitingReason({ code }: KeyBackupSyncError): WaitingReason {
  if (code === "rate-limited") return code;
  return code === "homeserver-unreachable" ? "offline" : "homeserver-error";
}

/** The two stages of one backup version, and the state they make together. */
class BackupRun {
  readonly #host: Host;
  readonly #link: WorkerLink;
  readonly #report: (state: KeyBackupSyncState) => void;
  readonly #backup: BackupInfo;
  readonly #pace = new PaceMeter();
  /** Ends both stages when one of them fails. */
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  #progress: Progress;
  #isWhole: boolean;
  #downloadWait: Wait | null = null;
  #lacksKey = false;
  readonly #spooled = new Changes();

  constructor({ host, link, signal, report }: RunOptions, kept: KeptBackup) {
    this.#host = host;
    this.#link = link;
    this.#report = report;
    this.#signal = AbortSignal.any([signal, this.#failed.signal]);
    this.#backup = kept.backup;
    this.#progress = kept.progress;
    this.#isWhole = kept.whole;
  }

  async settle(): Promise<void> {
    this.#show();
    const download = this.#download();
    const imported = this.#import().catch(async (cause: unknown) => {
      // Whatever keeps the keys from being imported, they can still be made safe.
      await download;
      throw cause;
    });
    const stages = [download, imported];
    try {
      await Promise.all(stages);
    } catch (cause) {
      this.#failed.abort();
      await Promise.allSettled(stages);
      throw cause;
    }
    this.#report({ status: "complete", ...this.#sync });
  }

  async #download(): Promise<void> {
    if (this.#isWhole) return;
    const retries = new Retries({ signal: this.#signal });
    let most = this.#progress.downloaded;
    this.#link.onDownloaded = (progress) => {
      if (progress.downloaded > most) retries.progressed();
      most = Math.max(most, progress.downloaded);
      this.#downloadWait = null;
      this.#advance(progress);
      this.#spooled.note();
    };
    const kept = await retries.until(
      () => this.#link.call("download", [this.#backup.version], this.#signal),
      (wait) => {
        this.#downloadWait = wait;
        this.#show();
      },
    );
    this.#isWhole = true;
    this.#advance(kept.progress);
    this.#spooled.note();
  }

  async #import(): Promise<void> {
    await this.#untilImportIsDue();
    const decryptionKey = await this.#decryptionKey();
    const { version } = this.#backup;
    await this.#link.call("openBackup", [version, decryptionKey], this.#signal);
    await importRoomKeys({
      nextBatch: (limit, settled) => this.#link.call("nextBatch", [limit, settled]),
      cryptoStore: this.#host.cryptoStore,
      backupVersion: version,
      signal: this.#signal,
      onProgress: (progress) => this.#advance(progress),
      spooled: this.#spooled,
    });
  }

  async #untilImportIsDue(): Promise<void> {
    const due = sleep(IMPORT_BESIDE_DOWNLOAD_AFTER).then(() => true);
    for (let isDue: unknown = false; !this.#isWhole && !isDue; ) {
      isDue = await Promise.race([due, this.#spooled.moreThan(this.#spooled.count, this.#signal)]);
    }
  }

  /** Waits until the device knows the decryption key. */
  async #decryptionKey(): Promise<Uint8Array> {
    const { cryptoStore } = this.#host;
    const changes = new Changes();
    const unsubscribe = cryptoStore.onDecryptionKeyChange(() => changes.note());
    try {
      for (;;) {
        const { count } = changes;
        const key = await cryptoStore.getDecryptionKey();
        this.#lacksKey = key === null;
        if (key) return key;
        this.#show();
        await changes.moreThan(count, this.#signal);
      }
    } finally {
      unsubscribe();
    }
  }

  #advance(progress: Progress): void {
    this.#progress = { ...progress, total: Math.max(progress.total, this.#backup.count) };
    this.#show();
  }

  get #sync(): Sync {
    return { backup: this.#backup, progress: this.#progress, safekeeping: "device" };
  }

  #show(): void {
    const sync = this.#sync;
    const pace = this.#pace.measure(this.#progress, performance.now());
    if (!this.#isWhole && this.#downloadWait) this.#report({ status: "waiting", ...this.#downloadWait, sync });
    else if (!this.#isWhole) this.#report({ status: "downloading", pace, ...sync });
    else if (this.#lacksKey) this.#report({ status: "waiting", reason: "decryption-key", retryAt: null, sync });
    else this.#report({ status: "importing", pace, ...sync });
  }
}

/** What is kept, as a state tells it. */
export function syncAt({ backup, progress }: KeptBackup): Sync {
  return { backup, progress, safekeeping: "device" };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
