/**
 * The backups beside the account's present one: those that were replaced, of which only what is spooled is left, and older ones that the
 * homeserver still has. What is wrong with one of them alone, be it locked, broken or unreadable, stops neither the present backup nor another one;
 * what would keep all of them from going on, as a refused access token, ends the run.
 */
import { BackupRun } from "./backup-run.js";
import { isFault, type KeyBackupSyncError } from "./errors.js";
import type { KeptBackup } from "./protocol.js";
import { isPassing } from "./retries.js";
import type { ImportingOptions } from "./run.js";
import { type Progress, type ReplacedBackups, spooledCount } from "./state.js";

const NOTHING: ReplacedBackups = { notDownloaded: 0, locked: 0, failed: 0 };

export class OtherBackups {
  readonly #options: ImportingOptions;
  /** What there is to tell of each, by its ID. */
  readonly #told = new Map<string, ReplacedBackups>();
  #fault: KeyBackupSyncError | null = null;
  #olderOnce: Promise<void> | null = null;

  constructor(options: ImportingOptions) {
    this.#options = options;
  }

  /** Some could not be read, and are to be tried again. */
  get fault(): KeyBackupSyncError | null {
    return this.#fault;
  }

  /** What there is to tell of all, `null` if nothing. */
  get replaced(): ReplacedBackups | null {
    const [notDownloaded, locked, failed] = [this.#sum("notDownloaded"), this.#sum("locked"), this.#sum("failed")];
    return notDownloaded + locked + failed > 0 ? { notDownloaded, locked, failed } : null;
  }

  /**
   * Imports what is spooled of replaced backups: their room keys may be nowhere else. One that is locked, unreadable or refused is kept and
   * told. Any other error ends the run.
   */
  async importReplaced(backups: readonly KeptBackup[]): Promise<void> {
    for (const kept of backups) {
      const { total, downloaded } = kept.progress;
      const told = { ...NOTHING, notDownloaded: kept.whole ? 0 : total - downloaded };
      this.#told.set(kept.backupId, told);
      if (kept.hasSpooled) this.#told.set(kept.backupId, { ...told, ...(await this.#importSpooled(kept)) });
    }
  }

  async #importSpooled(kept: KeptBackup): Promise<Partial<ReplacedBackups>> {
    const backup = new BackupRun(this.#options, kept, { kind: "replaced", replaced: null });
    try {
      await backup.settle();
      return { failed: backup.notImported };
    } catch (cause) {
      this.#options.signal.throwIfAborted();
      if (isFault(cause, "decryption-key-mismatch")) return { locked: Math.max(1, spooledCount(kept.progress)) };
      if (isFault(cause, "import-failed")) return { failed: Math.max(1, backup.notImported) };
      // Of an older one that is not all here: `importOlder` downloads the rest.
      if (isFault(cause, "homeserver-unreachable", "malformed-response")) return {};
      if (!isFault(cause, "storage-unavailable")) throw cause;
      this.#fault = cause;
      return {};
    }
  }

  /**
   * Downloads and imports older backups that the homeserver still has, once. One that fails is for a later run.
   * @param onSilent called when one of them lets all else wait: there is no more to show until it begins
   * @returns what there is to tell of all others then
   */
  async importOlder(onSilent?: () => void): Promise<ReplacedBackups | null> {
    this.#olderOnce ??= this.#importOlder(onSilent);
    await this.#olderOnce;
    return this.replaced;
  }

  async #importOlder(onSilent?: () => void): Promise<void> {
    const older = await this.#findOlder();
    for (const { backupId, progress } of older) this.#told.set(backupId, notDownloadedOf(progress));
    for (const kept of older) {
      const backup = new BackupRun(this.#options, kept, { kind: "older", replaced: null });
      try {
        await backup.settle({ ...(onSilent && { onSilent }) });
        this.#told.set(kept.backupId, { ...NOTHING, failed: backup.notImported });
      } catch (cause) {
        this.#options.signal.throwIfAborted();
        if (isFault(cause, "storage-unavailable")) this.#fault = cause;
        else if (!isOfItself(cause)) throw cause;
        this.#told.set(kept.backupId, toldOf(backup, cause));
      }
    }
  }

  async #findOlder(): Promise<readonly KeptBackup[]> {
    const { link, signal } = this.#options;
    try {
      return await link.call("findOlder", [], signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (isPassing(cause)) return [];
      throw cause;
    }
  }

  #sum(member: keyof ReplacedBackups): number {
    return [...this.#told.values()].reduce((sum, told) => sum + told[member], 0);
  }
}

/** What is wrong with this backup alone. */
function isOfItself(cause: unknown): boolean {
  const codes = ["decryption-key-mismatch", "import-failed", "backup-replaced", "malformed-response"] as const;
  return isPassing(cause) || isFault(cause, ...codes);
}

function notDownloadedOf({ total, downloaded }: Progress): ReplacedBackups {
  return { ...NOTHING, notDownloaded: Math.max(0, total - downloaded) };
}

function toldOf({ progress, notImported }: BackupRun, cause: unknown): ReplacedBackups {
  const { notDownloaded } = notDownloadedOf(progress);
  const locked = isFault(cause, "decryption-key-mismatch") ? spooledCount(progress) : 0;
  return { notDownloaded, locked, failed: isFault(cause, "import-failed") ? Math.max(1, notImported) : 0 };
}
