/** The calls of the protocol that are about rescue copies: one file written, or one read, at a time, in pieces that the page asks for. */
import { KeyBackupSyncError } from "../errors.js";
import type { DecryptedBatch, RescueCopyBegin, RescueCopyEnd, Unlocked } from "../protocol.js";
import { failedCount } from "../state.js";
import { type BackupRow, hasSpooled, progressOf } from "./backup-row.js";
import { BetterCopies } from "./better-copies.js";
import { exportedKeys } from "./exported-keys.js";
import { type Homeserver, SUPPORTED_ALGORITHM } from "./homeserver.js";
import { isReadable, keptDecryptor } from "./kept-decryptor.js";
import { writeArchive } from "./rescue/archive.js";
import type { ArchiveHeader } from "./rescue/archive-header.js";
import { decryptSegments } from "./rescue/decrypt-segments.js";
import { type FoundStoredKeys, findStoredBackupKeys } from "./rescue/find-stored-keys.js";
import { headerKeys } from "./rescue/header-keys.js";
import { writeKeyExport } from "./rescue/key-export.js";
import { OpenArchive } from "./rescue/open-archive.js";
import type { StoredBackupKey } from "./rescue/stored-backup-key.js";
import type { Spool } from "./spool.js";
import { SpooledBytes } from "./spooled-bytes.js";
import { unlockBackups } from "./unlock-backups.js";

/** Sessions that are decrypted at once. */
const AT_ONCE = 100;

interface NewCopy {
  readonly stream: ReadableStream<Uint8Array>;
  /** The backups that are in it. */
  readonly saved: readonly BackupRow[];
  readonly end: () => RescueCopyEnd;
}

interface OpenCopy {
  readonly id: number;
  readonly pieces: ReadableStreamDefaultReader<Uint8Array>;
  readonly end: () => RescueCopyEnd;
}

interface OpenFile {
  readonly id: number;
  readonly archive: OpenArchive;
  readonly batches: AsyncGenerator<DecryptedBatch>;
}

export class RescueCalls {
  readonly #spool: Spool;
  readonly #homeserver: Homeserver;
  readonly #userId: string;
  #copy: OpenCopy | null = null;
  #lastId = 0;
  #file: OpenFile | null = null;

  constructor(spool: Spool, homeserver: Homeserver, userId: string) {
    this.#spool = spool;
    this.#homeserver = homeserver;
    this.#userId = userId;
  }

  /** @throws KeyBackupSyncError `nothing-to-save`, `decryption-key-unknown`, `passphrase-missing`; `rescue-copy-overtaken` by a later call */
  async openRescueCopy(signal: AbortSignal, passphrase: string | null): Promise<RescueCopyBegin> {
    const id = ++this.#lastId;
    // It may take its time: the rows are to be those of the moment in which the copy begins.
    const storedKeys = passphrase === null ? await this.#storedKeys(signal) : [];
    const rows = await this.#spooledBackups();
    const latest = rows.at(-1);
    if (!latest) throw new KeyBackupSyncError("nothing-to-save");
    const { stream, saved, end } =
      passphrase === null ? this.#archive(latest, storedKeys) : await this.#keyExport(rows, passphrase);
    if (this.#copy && this.#copy.id > id) throw new KeyBackupSyncError("rescue-copy-overtaken");
    void this.#giveUpCopy();
    this.#copy = { id, pieces: stream.getReader(), end };
    return { id, leftOut: keysIn(rows) - keysIn(saved) };
  }

  /** @throws KeyBackupSyncError `rescue-copy-overtaken`; see `SpooledBytes.end` */
  async nextOfRescueCopy(_signal: AbortSignal, id: number): Promise<Uint8Array | RescueCopyEnd> {
    const { pieces, end } = this.#openCopy(id);
    const { done, value } = await pieces.read();
    if (!done) return value;
    // One that was given up meanwhile seems to end, too.
    this.#openCopy(id);
    return end();
  }

  async closeRescueCopy(_signal: AbortSignal, id: number): Promise<void> {
    if (this.#copy?.id === id) await this.#giveUpCopy();
  }

  #archive(latest: BackupRow, storedKeys: readonly StoredBackupKey[]): NewCopy {
    const spooled = new SpooledBytes(this.#spool);
    const header = headerOf(this.#userId, latest, latest.replaced ? [] : storedKeys);
    return { stream: writeArchive(header, spooled.of(latest)), saved: [latest], end: () => spooled.end() };
  }

  async #keyExport(rows: readonly BackupRow[], passphrase: string): Promise<NewCopy> {
    const spooled = new SpooledBytes(this.#spool);
    const readable = await this.#readable(rows);
    let failed = 0;
    const roomKeys = this.#roomKeysOf(readable, spooled, (count) => {
      failed += count;
    });
    const end = () => ({ hasGaps: spooled.end().hasGaps || failed > 0 });
    return { stream: writeKeyExport(roomKeys, passphrase), saved: readable, end };
  }

  /** @param onFailed called with the number of those that cannot be used */
  async *#roomKeysOf(rows: readonly BackupRow[], spooled: SpooledBytes, onFailed: (count: number) => void) {
    const copies = new BetterCopies();
    for (const row of rows) {
      const decryptor = await keptDecryptor(this.#spool, row);
      if (!decryptor) throw new KeyBackupSyncError("rescue-copy-overtaken");
      try {
        for await (const batch of decryptSegments(spooled.of(row), decryptor, AT_ONCE)) {
          const exported = exportedKeys(batch.roomKeys);
          onFailed(failedCount(batch) + batch.roomKeys.length - exported.length);
          yield* copies.take(exported);
        }
      } finally {
        decryptor.close();
      }
    }
  }

  #openCopy(id: number): OpenCopy {
    if (this.#copy?.id !== id) throw new KeyBackupSyncError("rescue-copy-overtaken");
    return this.#copy;
  }

  async #giveUpCopy(): Promise<void> {
    const copy = this.#copy;
    this.#copy = null;
    // One that failed says so once more.
    await copy?.pieces.cancel().catch(() => {});
  }

  /** @throws KeyBackupSyncError see `OpenArchive.open`; `rescue-copy-overtaken` by a later call */
  async openRescueFile(signal: AbortSignal, file: Blob, recoveryKey: string): Promise<number> {
    const id = ++this.#lastId;
    const archive = await OpenArchive.open(file, recoveryKey);
    const isOvertaken = this.#file !== null && this.#file.id > id;
    if (signal.aborted || isOvertaken) archive.close();
    signal.throwIfAborted();
    if (isOvertaken) throw new KeyBackupSyncError("rescue-copy-overtaken");
    void this.#closeFile();
    this.#file = { id, archive, batches: archive.batches(AT_ONCE) };
    return id;
  }

  /** @throws KeyBackupSyncError `rescue-copy-overtaken` */
  async nextOfRescueFile(_signal: AbortSignal, id: number): Promise<DecryptedBatch | null> {
    const { done, value } = await this.#openFile(id).batches.next();
    if (!done) return value;
    // One that was closed meanwhile seems to end, too.
    this.#openFile(id);
    await this.#closeFile();
    return null;
  }

  async closeRescueFile(_signal: AbortSignal, id: number): Promise<void> {
    if (this.#file?.id === id) await this.#closeFile();
  }

  #openFile(id: number): OpenFile {
    if (this.#file?.id !== id) throw new KeyBackupSyncError("rescue-copy-overtaken");
    return this.#file;
  }

  /** @throws KeyBackupSyncError see `unlockBackups` */
  unlock(signal: AbortSignal, recoveryKey: string): Promise<Unlocked> {
    return unlockBackups(this.#spool, recoveryKey, () => this.#findStoredKeys(signal), signal);
  }

  /** So that the recovery key of today opens it also when the account has another one. */
  async keepStoredKeys(backupId: string, signal: AbortSignal): Promise<void> {
    const storedKeys = await this.#storedKeys(signal);
    if (storedKeys.length > 0) await this.#spool.keepStoredKeys(backupId, headerKeys(storedKeys));
  }

  async #spooledBackups(): Promise<BackupRow[]> {
    return (await this.#spool.getBackups()).filter(hasSpooled);
  }

  /** What is under way of it ends first. */
  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    // One that failed says so once more.
    await file?.batches.return(undefined).catch(() => {});
    file?.archive.close();
  }

  /** What may give the decryption key of an archive later. Without it, the recovery key of the backup itself still does. */
  async #storedKeys(signal: AbortSignal): Promise<readonly StoredBackupKey[]> {
    return (await this.#findStoredKeys(signal)).keys;
  }

  async #findStoredKeys(signal: AbortSignal): Promise<FoundStoredKeys> {
    const found = await findStoredBackupKeys((type) => this.#homeserver.getAccountData(this.#userId, type, signal));
    signal.throwIfAborted();
    return found;
  }

  /** Those whose decryption key was kept. */
  async #readable(rows: readonly BackupRow[]): Promise<BackupRow[]> {
    const readable: BackupRow[] = [];
    for (const row of rows) if (await isReadable(this.#spool, row)) readable.push(row);
    if (readable.length === 0) throw new KeyBackupSyncError("decryption-key-unknown");
    return readable;
  }
}

function keysIn(rows: readonly BackupRow[]): number {
  return rows.reduce((sum, row) => sum + progressOf(row).downloaded, 0);
}

function headerOf(
  userId: string,
  { backup, publicKey, storedKeys, passphrase = null }: BackupRow,
  now: readonly StoredBackupKey[],
): ArchiveHeader {
  // Those of now first: the account's present recovery key is the likeliest to be at hand.
  const secretStorage = [...now, ...storedKeys];
  const madeAt = new Date().toISOString();
  return { userId, madeAt, backup, algorithm: SUPPORTED_ALGORITHM, publicKey, secretStorage, passphrase };
}
