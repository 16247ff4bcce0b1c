/** The stages of one backup version, download and import, and the state they make together. */
import { abortWith } from "./abort-with.js";
import { Changes } from "./changes.js";
import { isFault, KeyBackupSyncError } from "./errors.js";
import type { CryptoStore } from "./host.js";
import { importRoomKeys } from "./import.js";
import { RunPace } from "./pace-meter.js";
import type { KeptBackup, Spooled } from "./protocol.js";
import { Retries, type Wait } from "./retries.js";
import { importRooms } from "./room-import.js";
import type { ImportingOptions } from "./run.js";
import type { KeyBackupSyncState, Progress, ReplacedBackups, Sync } from "./state.js";

/**
 * On a fast line the import waits for the download, which it would only slow down: all is safe sooner. A download that takes longer
 * than this many milliseconds has time to spare. They count from the first bytes of its answer, or at once where some are spooled already.
 */
const IMPORT_BESIDE_DOWNLOAD_AFTER = 3000;

/** Milliseconds that all else waits for an older backup to begin. */
const LONGEST_SILENCE = 20_000;

/** Milliseconds that the download waits for a room that somebody is looking at. */
const ROOM_FIRST = 1000;

/**
 * Whether it is the account's backup, one that was, of which what is spooled is all there is, or an older one that the homeserver still has;
 * and what there is to tell of those that were.
 */
export interface Role {
  readonly kind: "present" | "replaced" | "older";
  readonly replaced: ReplacedBackups | null;
}

export interface SettleOptions {
  /** An older backup, of which nothing comes for a while. It may still come: some homeservers take minutes to prepare a big answer. */
  readonly onSilent?: () => void;
  /** False: there is more to do before all is complete. */
  readonly isLast?: boolean;
  /** What can be done with other backups, as long as this one waits for its decryption key. Resolves to what there is to tell of them. */
  readonly whileLocked?: () => Promise<ReplacedBackups | null>;
}

export class BackupRun {
  readonly #options: ImportingOptions;
  readonly #kind: Role["kind"];
  readonly #cryptoStore: Pick<CryptoStore, "importRoomKeys">;
  readonly #pace = new RunPace();
  /** Ends all stages: when one of them fails, and when there is nothing left to do. */
  readonly #ended: AbortController;
  readonly #signal: AbortSignal;
  readonly #spooled = new Changes();
  readonly #roomsDone = new Changes();
  readonly #whole = new Changes();
  /** When the run began: what was not settled then. */
  readonly #hasSpooled: boolean;
  readonly #backupId: string;
  #sync: Sync;
  /** Room keys that are in the crypto store, though no progress counts them: the import failed with others of their batch. */
  #taken = 0;
  #isWhole: boolean;
  /** The download failed: there is no more to come. */
  #isBroken = false;
  #downloadWait: Wait | null = null;
  #lacksKey = false;
  #openedOnce: Promise<void> | null = null;
  #whileLocked: SettleOptions["whileLocked"];
  #onSilent: SettleOptions["onSilent"];

  constructor(
    options: ImportingOptions,
    { backupId, backup, progress, safekeeping, whole, hasSpooled }: KeptBackup,
    { kind, replaced }: Role,
  ) {
    this.#options = options;
    this.#kind = kind;
    this.#ended = abortWith(options.signal);
    this.#signal = this.#ended.signal;
    this.#backupId = backupId;
    this.#sync = { backup, progress, safekeeping, replaced };
    this.#hasSpooled = hasSpooled;
    this.#isWhole = whole || kind === "replaced";
    this.#cryptoStore = { importRoomKeys: importerOf(options.host.cryptoStore, kind) };
  }

  /** Room keys that are downloaded and not in the crypto store, whatever keeps them from it. */
  get notImported(): number {
    const { downloaded, imported } = this.#sync.progress;
    return downloaded - imported - this.#taken;
  }

  /** Some keys did not decrypt. */
  get hasUndecryptable(): boolean {
    return this.#sync.progress.failures.undecryptable > 0;
  }

  get progress(): Progress {
    return this.#sync.progress;
  }

  /** All is done, also what there was to do with other backups. */
  complete(replaced: ReplacedBackups | null): void {
    this.#sync = { ...this.#sync, replaced };
    this.#options.report({ status: "complete", ...this.#sync });
  }

  /** Other backups were shown meanwhile. */
  showAgain(replaced: ReplacedBackups | null): void {
    this.#sync = { ...this.#sync, replaced };
    this.#show();
  }

  /**
   * Resolves when every key is settled, and reports that, if it is the last to be settled.
   * @throws what needs a person, or a later try, once all that could be done is done
   */
  async settle({ isLast = true, whileLocked, onSilent }: SettleOptions = {}): Promise<void> {
    this.#whileLocked = whileLocked;
    this.#onSilent = onSilent;
    this.#show();
    const rooms = this.#importRooms();
    const [download, imported] = [this.#download(), this.#import()];
    try {
      await Promise.all([this.#orAllImported(download, imported), this.#orAllSafe(imported, download)]);
    } finally {
      this.#ended.abort();
      await Promise.allSettled([download, imported, rooms]);
      await this.#leave();
    }
    await this.#countStore();
    if (this.#kind === "present" && isLast) this.complete(this.#sync.replaced);
  }

  /** Other backups need the memory, while this one may be locked for long. */
  async #leave(): Promise<void> {
    if (this.#kind !== "older") return;
    try {
      const { progress } = await this.#options.link.call("leaveOlder", [this.#backupId]);
      this.#sync = { ...this.#sync, progress };
    } catch {
      // A worker that has gone has no memory.
    }
  }

  /** @throws KeyBackupSyncError `backup-replaced` if the crypto store has lost room keys since: all of it once more */
  async #countStore(): Promise<void> {
    const { link, storeCount, signal } = this.#options;
    if (await link.call("matchStore", [await storeCount.count()], signal))
      throw new KeyBackupSyncError("backup-replaced");
  }

  /**
   * Whatever ends the download, what is safe can still be imported, if its key is known and the worker lives. One that was replaced is for
   * a run of its own.
   */
  async #orAllImported(download: Promise<void>, imported: Promise<void>): Promise<void> {
    try {
      await download;
    } catch (cause) {
      const isOver = this.#signal.aborted || this.#options.link.crashed;
      if (isOver || isFault(cause, "backup-replaced") || this.#lacksKey) throw cause;
      this.#isBroken = true;
      this.#downloadWait = null;
      this.#show();
      this.#spooled.note();
      await imported.catch(() => {});
      throw cause;
    }
  }

  /** Whatever keeps the keys from being imported, they can still be made safe; but in memory none is safe, nor does it come to an end. */
  async #orAllSafe(imported: Promise<void>, download: Promise<void>): Promise<void> {
    try {
      await imported;
    } catch (cause) {
      await Promise.race([download, this.#untilInMemory()]);
      throw cause;
    }
  }

  /** Also in its midst, where the device turns out to have no more room. */
  async #untilInMemory(): Promise<void> {
    while (this.#sync.safekeeping === "device") await this.#spooled.moreThan(this.#spooled.count, this.#signal);
  }

  async #download(): Promise<void> {
    if (this.#isWhole) return;
    const { link, metered } = this.#options;
    const retries = new Retries(this.#signal);
    this.#followDownload(retries);
    if (this.#kind === "present") void this.#keepKey();
    await metered.untilAllowed(() => this.#waitWith({ reason: "metered", retryAt: null }), this.#signal);
    await this.#letRoomGoFirst();
    const download = async () => link.call("download", [this.#backupId, await this.#knownRooms()], this.#signal);
    // An older one that fails is for a later run: all else is not to wait for it.
    const kept = await (this.#kind === "older"
      ? this.#tellingSilence(download())
      : retries.until(download, (wait) => this.#waitWith(wait)));
    this.#isWhole = true;
    this.#whole.note();
    this.#advance(kept);
  }

  async #tellingSilence<Value>(download: Promise<Value>): Promise<Value> {
    const timer = setTimeout(() => this.#onSilent?.(), LONGEST_SILENCE);
    try {
      await Promise.race([download, this.#spooled.moreThan(this.#spooled.count, this.#signal)]);
    } finally {
      clearTimeout(timer);
    }
    return download;
  }

  /** Some homeservers answer nothing else as long as they prepare a big answer. A room that is wanted now is soon there before it. */
  async #letRoomGoFirst(): Promise<void> {
    if (!this.#options.priorities.isAnyWanted) return;
    await Promise.race([this.#roomsDone.moreThan(0, this.#signal), sleep(ROOM_FIRST)]);
  }

  /** A reset in the midst would take it away. */
  async #keepKey(): Promise<void> {
    try {
      const key = await this.#options.host.cryptoStore.getDecryptionKey();
      if (key) await this.#options.link.call("keepKey", [this.#backupId, key], this.#signal);
    } catch {
      // It is asked for once more when it is needed.
    }
  }

  #followDownload(retries: Retries): void {
    let most = this.#sync.progress.downloaded;
    this.#options.link.onDownloaded = (spooled) => {
      if (spooled.progress.downloaded > most) retries.progressed();
      most = Math.max(most, spooled.progress.downloaded);
      this.#downloadWait = null;
      this.#advance(spooled);
    };
  }

  /** Only a download that was cut goes on by rooms. */
  async #knownRooms(): Promise<readonly string[]> {
    return this.#sync.progress.downloaded > 0 ? this.#options.host.rooms.known() : [];
  }

  async #import(): Promise<void> {
    await this.#untilImportIsDue();
    await this.#opened();
    const { link, intensity, storeCount } = this.#options;
    await importRoomKeys({
      nextBatch: async (limit, settled) =>
        link.call("nextBatch", [limit, settled && { ...settled, store: await storeCount.countInTime() }]),
      cryptoStore: this.#cryptoStore,
      backupVersion: this.#sync.backup.version,
      signal: this.#signal,
      intensity,
      rest: (milliseconds) => this.#rest(milliseconds),
      // Imported keys are no new ones to import: without this difference, an import that waits for the download would never rest.
      onProgress: (progress) => this.#update({ ...this.#sync, progress }),
      onTaken: (count) => {
        this.#taken = count;
      },
      spooled: this.#spooled,
      isMoreToCome: () => !this.#isBroken && this.#kind !== "replaced",
    });
  }

  /** A pause ends the rest, and waits only for the batch under way. */
  async #rest(milliseconds: number): Promise<void> {
    if (!this.#signal.aborted) await this.#options.link.call("rest", [milliseconds], this.#signal);
  }

  async #untilImportIsDue(): Promise<void> {
    // The time it takes the homeserver to prepare its answer tells nothing of the line.
    if (!this.#isWhole && !this.#hasSpooled) await this.#spooled.moreThan(0, this.#signal);
    const due = sleep(IMPORT_BESIDE_DOWNLOAD_AFTER).then(() => true);
    // In memory nothing is safe before it is imported.
    const isToWait = () => !this.#isWhole && !this.#isBroken && this.#sync.safekeeping === "device";
    for (let isDue: unknown = false; isToWait() && !isDue; ) {
      isDue = await Promise.race([due, this.#spooled.moreThan(this.#spooled.count, this.#signal)]);
    }
  }

  /** Rooms that somebody is looking at, as long as there is something else to do. */
  async #importRooms(): Promise<void> {
    if (this.#kind !== "present") return;
    const { link, priorities } = this.#options;
    const signal = this.#signal;
    try {
      await priorities.any(signal);
      await this.#opened();
      const { version } = this.#sync.backup;
      const onRoom = () => this.#roomsDone.note();
      await importRooms({ link, priorities, cryptoStore: this.#cryptoStore, backupVersion: version, signal, onRoom });
    } catch {
      // Its keys come with all others; what keeps them from that is told there.
    }
  }

  #opened(): Promise<void> {
    this.#openedOnce ??= this.#open();
    return this.#openedOnce;
  }

  /** Opens the spooled backup as soon as the device knows its decryption key. */
  async #open(): Promise<void> {
    const { host } = this.#options;
    const changes = new Changes();
    const unsubscribe = host.cryptoStore.onDecryptionKeyChange(() => changes.note());
    try {
      for (;;) {
        const { count } = changes;
        const key = await host.cryptoStore.getDecryptionKey();
        const isOpen = await this.#tryToOpen(key);
        this.#lacksKey = !isOpen;
        if (isOpen) return await this.#backUpAgain(key);
        if (this.#kind !== "present" || this.#isBroken) throw new KeyBackupSyncError("decryption-key-mismatch");
        this.#show();
        await this.#letOthersGoOn();
        await Promise.race([
          changes.moreThan(count, this.#signal),
          this.#untilItMayOpen(key),
          this.#untilOthersMayGoOn(),
        ]);
      }
    } finally {
      unsubscribe();
    }
  }

  /** Not beside the download of this one: all of it comes first. */
  async #letOthersGoOn(): Promise<void> {
    const importOthers = this.#whileLocked;
    if (!importOthers || !this.#isWhole) return;
    this.#whileLocked = undefined;
    this.showAgain(await importOthers());
  }

  #untilOthersMayGoOn(): Promise<void> {
    return this.#whileLocked ? this.#whole.moreThan(0, this.#signal) : new Promise(() => {});
  }

  /** Where this backup took the place of another one of the same version, which the client would not notice. */
  async #backUpAgain(key: Uint8Array | null): Promise<void> {
    if (this.#kind !== "present" || !key) return;
    const { host, link } = this.#options;
    try {
      if (await link.call("takeChange", [this.#backupId, key], this.#signal)) await host.cryptoStore.backUpAgain?.();
    } catch {
      // What is in no backup shows by the counts at the end of a run.
    }
  }

  /** Once it is whole, a wrong key is told of, and an empty backup opens without one. */
  #untilItMayOpen(key: Uint8Array | null): Promise<void> {
    return key || this.#isEmpty ? this.#whole.moreThan(0, this.#signal) : new Promise(() => {});
  }

  get #isEmpty(): boolean {
    return this.#sync.progress.downloaded === 0;
  }

  /** As long as the download goes on, the right key may take the place of a wrong one. */
  async #tryToOpen(key: Uint8Array | null): Promise<boolean> {
    try {
      return await this.#options.link.call("openBackup", [this.#backupId, key], this.#signal);
    } catch (cause) {
      const isWrong = isFault(cause, "decryption-key-mismatch");
      if (isWrong && !this.#isWhole) return false;
      throw cause;
    }
  }

  #waitWith(wait: Wait): void {
    this.#downloadWait = wait;
    this.#show();
  }

  /** More is spooled. */
  #advance(spooled: Spooled): void {
    this.#update(spooled);
    this.#spooled.note();
  }

  #update({ progress, safekeeping }: Spooled): void {
    const total = Math.max(progress.total, this.#sync.backup.count);
    this.#sync = { ...this.#sync, progress: { ...progress, total }, safekeeping };
    this.#show();
  }

  #show(): void {
    this.#options.report(this.#state());
  }

  #state(): KeyBackupSyncState {
    const sync = this.#sync;
    const pace = this.#pace.measure(sync.progress, performance.now());
    if (this.#downloadWait && !this.#isWhole) return { status: "waiting", ...this.#downloadWait, sync };
    // In memory, the download waits for the import.
    const goesOn = !this.#isWhole && !this.#isBroken && (sync.safekeeping === "device" || !this.#lacksKey);
    if (goesOn) return { status: "downloading", pace, ...sync };
    if (this.#lacksKey) return { status: "waiting", reason: "decryption-key", retryAt: null, sync };
    return { status: "importing", pace, ...sync };
  }
}

function importerOf(cryptoStore: CryptoStore, kind: Role["kind"]): CryptoStore["importRoomKeys"] {
  if (kind === "present") return (roomKeys, version) => cryptoStore.importRoomKeys(roomKeys, version);
  return (roomKeys) => cryptoStore.importExportedRoomKeys(roomKeys);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
