/** What the worker does for one account: the calls of the protocol, each a few steps over homeserver, spool and decryptor. */
import { KeyBackupSyncError } from "../errors.js";
import type { BackupCheck, Choice, Identity, KeptBackup, NextBatch, SettledBatch } from "../protocol.js";
import type { BackupInfo, Progress } from "../state.js";
import { Batches } from "./batches.js";
import { Decryptor } from "./decryptor.js";
import { download } from "./download.js";
import { type AccessTokens, Homeserver, SUPPORTED_ALGORITHM } from "./homeserver.js";
import { keptBackup, progressOf, Spool } from "./spool.js";

export class Session {
  readonly #spool: Spool;
  readonly #homeserver: Homeserver;
  readonly #onDownloaded: (progress: Progress) => void;
  /** What the homeserver said of the backup last. */
  #current: BackupInfo | null = null;
  #batches: Batches | null = null;

  constructor(identity: Identity, accessTokens: AccessTokens, onDownloaded: (progress: Progress) => void) {
    this.#spool = new Spool(identity);
    this.#homeserver = new Homeserver(identity.homeserverUrl, accessTokens);
    this.#onDownloaded = onDownloaded;
  }

  async recall(): Promise<{ choice: Choice; kept: KeptBackup | null }> {
    const row = await this.#spool.getLatestBackup();
    return { choice: await this.#spool.getChoice(), kept: row && keptBackup(row) };
  }

  choose(_signal: AbortSignal, choice: Choice): Promise<void> {
    return this.#spool.setChoice(choice);
  }

  async check(signal: AbortSignal): Promise<BackupCheck> {
    const current = await this.#homeserver.getBackupVersion(signal);
    if (!current) return { available: "no-backup" };
    if (current.algorithm !== SUPPORTED_ALGORITHM) return { available: "unsupported-algorithm" };
    const { version, etag, count, publicKey } = current;
    this.#current = { version, etag, count };
    const row = (await this.#spool.getBackup(version)) ?? (await this.#spool.addBackup(this.#current, publicKey));
    const kept = keptBackup(row);
    const isCurrent = row.backup.etag === etag;
    return {
      available: "yes",
      kept: {
        backup: this.#current,
        progress: { ...kept.progress, total: Math.max(count, kept.progress.downloaded) },
        whole: kept.whole && isCurrent,
        settled: kept.settled && isCurrent,
      },
    };
  }

  async download(signal: AbortSignal, version: string): Promise<KeptBackup> {
    if (this.#current?.version !== version) throw new KeyBackupSyncError("backup-replaced");
    const row = await download({
      spool: this.#spool,
      backup: this.#current,
      pieces: this.#homeserver.getRoomKeys(version, signal),
      onSpooled: (spooled) => this.#onDownloaded(progressOf(spooled)),
    });
    return keptBackup(row);
  }

  async openBackup(_signal: AbortSignal, version: string, decryptionKey: Uint8Array): Promise<void> {
    const row = await this.#spool.getBackup(version);
    if (!row) throw new KeyBackupSyncError("backup-replaced");
    this.#closeBackup();
    this.#batches = new Batches(this.#spool, row, await Decryptor.open(decryptionKey, row.publicKey));
  }

  nextBatch(_signal: AbortSignal, limit: number, settled: SettledBatch | null): Promise<NextBatch> {
    if (!this.#batches) throw new KeyBackupSyncError("decryption-key-mismatch");
    return this.#batches.next(limit, settled);
  }

  async forget(): Promise<void> {
    this.#closeBackup();
    await this.#spool.forget();
  }

  #closeBackup(): void {
    this.#batches?.close();
    this.#batches = null;
  }
}
