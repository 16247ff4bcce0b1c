/** What the worker does for one account: the calls of the protocol, each a few steps over homeserver, spool and decryptor. */
import { abortWith } from "../abort-with.js";
import { isFault, KeyBackupSyncError } from "../errors.js";
import type { CryptoStoreContents, RoomKey } from "../host.js";
import type {
  AssessedOccasion,
  BackupCheck,
  BackupComparison,
  Choice,
  Identity,
  KeptBackup,
  NextBatch,
  OwnUpload,
  Recalled,
  ResetOutcome,
  SessionSample,
  SettledInStore,
  Spooled,
} from "../protocol.js";
import { failedCount } from "../state.js";
import {
  type BackupRow,
  hasMoreToTell,
  importedFrom,
  isRowOf,
  isSettled,
  notImportedOf,
  progressOf,
} from "./backup-row.js";
import { Batches } from "./batches.js";
import { BrokenOffAnswers } from "./broken-off-answers.js";
import type { RoomKeyDecryptor } from "./decryptor.js";
import { download } from "./download.js";
import { downloadRooms } from "./download-rooms.js";
import {
  type AccessTokens,
  type BackupVersion,
  type DescribedBackup,
  Homeserver,
  infoOf,
  SUPPORTED_ALGORITHM,
} from "./homeserver.js";
import { isReadable, keepKeyOfAll, keepKeyOnce, keptDecryptor, opens } from "./kept-decryptor.js";
import { OlderBackups } from "./older-backups.js";
import { olderRisk } from "./older-risk.js";
import { isAllKnown, progressAt } from "./own-uploads.js";
import { RescueCalls } from "./rescue-calls.js";
import { ResetNotes } from "./reset-note.js";
import { RoomBatches } from "./room-batches.js";
import { isRoomFor } from "./room-estimate.js";
import type { SegmentOptions } from "./segment-writer.js";
import { Spool } from "./spool.js";
import { matchStore, rowsInStore } from "./store-ledger.js";
import { hasSessions, isKeptAsSent, isKeyStorageOff } from "./upload-calls.js";

/** With fewer keys than `count`, a backup is asked for once more: the homeserver may have been wrong, or may be so always. */
const MOST_PASSES = 2;

/** A backup, with its key. */
interface Opened {
  readonly backupId: string;
  readonly decryptor: RoomKeyDecryptor;
}

/** What the homeserver said of the backup last, and where that backup is kept. */
interface Checked {
  readonly backup: BackupVersion | null;
  readonly backupId: string | null;
}

export class Session {
  readonly #userId: string;
  readonly #spool: Spool;
  readonly #homeserver: Homeserver;
  readonly #onDownloaded: (spooled: Spooled) => void;
  /** The calls about rescue copies. */
  readonly rescue: RescueCalls;
  readonly #resets: ResetNotes;
  readonly #older: OlderBackups;
  #checked: Checked | null = null;
  /** There is no room for it on the device. */
  #lacksRoom: Promise<boolean> = Promise.resolve(false);
  readonly #brokenOff = new BrokenOffAnswers();
  #opened: Opened | null = null;
  #batches: Batches | null = null;
  #room: RoomBatches | null = null;

  constructor(identity: Identity, accessTokens: AccessTokens, onDownloaded: (spooled: Spooled) => void) {
    this.#userId = identity.userId;
    this.#spool = new Spool(identity);
    this.#homeserver = new Homeserver(identity.homeserverUrl, accessTokens);
    this.#onDownloaded = onDownloaded;
    this.#resets = new ResetNotes(this.#spool, identity);
    this.#older = new OlderBackups(this.#spool, this.#homeserver);
    this.rescue = new RescueCalls(this.#spool, this.#homeserver, identity.userId);
  }

  async recall(_signal: AbortSignal, store: CryptoStoreContents | null): Promise<Recalled> {
    const rows = await this.#rowsIn(store);
    const row = rows.findLast(({ replaced }) => !replaced);
    const kept = row ? await this.#spool.kept(row) : null;
    return {
      choice: await this.#spool.getChoice(),
      kept: kept && { ...kept, settled: kept.settled && store !== null },
      hasResetNote: await this.#resets.isThere(),
      earlier: notImportedOf(rows.filter((other) => other !== row)),
    };
  }

  matchStore(_signal: AbortSignal, store: CryptoStoreContents): Promise<boolean> {
    return matchStore(this.#spool, store);
  }

  choose(_signal: AbortSignal, choice: Choice): Promise<void> {
    return this.#spool.setChoice(choice);
  }

  async check(signal: AbortSignal): Promise<BackupCheck> {
    const current = await this.#told(signal);
    await this.#spool.forgetLostMemory();
    if (!isDescribed(current)) return this.#malformed(current);
    const tookPlace = current !== null && (await this.#takesPlace(current));
    const replaced = await this.#replacedBy(current);
    const row = current?.algorithm === SUPPORTED_ALGORITHM ? await this.#rowOf(current) : null;
    if (row && tookPlace) await this.#spool.markTookPlace(row.backupId, true);
    this.#checked = { backup: current, backupId: row?.backupId ?? null };
    if (!current) return { available: (await this.#isTurnedOff(signal)) ? "key-storage-off" : "no-backup", replaced };
    if (!row) return { available: "unsupported-algorithm", replaced };
    this.#lacksRoom = isTooSmallFor(current, row);
    this.#lacksRoom.catch(() => {});
    return { available: "yes", kept: asOf(current, row, await this.#spool.kept(row)), replaced };
  }

  uploadRoomKeys(signal: AbortSignal, version: string, body: string): Promise<string> {
    return this.#homeserver.putRoomKeys(version, body, signal);
  }

  async noteUpload(signal: AbortSignal, upload: OwnUpload): Promise<void> {
    const { version, sample } = upload;
    const row = (await this.#spool.getBackups()).findLast((known) => known.backup.version === version);
    if (!row || !(await isKeptAsSent(this.#homeserver, version, sample, signal))) return;
    await this.#spool.noteUpload(row.backupId, upload);
  }

  hasSessions(signal: AbortSignal, version: string, sessions: readonly SessionSample[]): Promise<boolean> {
    return hasSessions(this.#homeserver, version, sessions, signal);
  }

  isKeyStorageOff(signal: AbortSignal): Promise<boolean> {
    return isKeyStorageOff(this.#homeserver, this.#userId, signal);
  }

  /** Where that cannot be read, there is at least no backup. */
  async #isTurnedOff(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.isKeyStorageOff(signal);
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  /** What the homeserver says of the present backup, `null` if there is none, `undefined` if it says what makes no sense. */
  async #told(signal: AbortSignal): Promise<BackupVersion | null | undefined> {
    try {
      return await this.#homeserver.getBackupVersion(signal);
    } catch (cause) {
      if (isFault(cause, "malformed-response")) return undefined;
      throw cause;
    }
  }

  /** Where the version at least is told, backups of another one are replaced. Nothing is known of one of the same version. */
  async #malformed(current: BackupVersion | undefined): Promise<BackupCheck> {
    const replaced = current ? await this.#replacedBy(current) : await this.#knownAsReplaced();
    const row = (await this.#spool.getBackups()).findLast((known) => !known.replaced);
    return { available: "malformed", kept: row ? await this.#spool.kept(row) : null, replaced };
  }

  async #knownAsReplaced(): Promise<KeptBackup[]> {
    const rows = (await this.#spool.getBackups()).filter((row) => row.replaced);
    return Promise.all(rows.map((row) => this.#spool.kept(row)));
  }

  async download(signal: AbortSignal, backupId: string, rooms: readonly string[]): Promise<KeptBackup> {
    const current = this.#currentOf(backupId);
    const ended = abortWith(signal);
    const options = {
      spool: this.#spool,
      backupId,
      backup: infoOf(current),
      inMemory: await this.#isTooSmallFor(backupId, current),
      onSpooled: (row: BackupRow) => void this.#spool.kept(row).then(this.#onDownloaded),
      signal: ended.signal,
    };
    try {
      return await this.#spool.kept(await this.#downloadInto(options, rooms));
    } catch (cause) {
      throw await this.#older.noted(backupId, cause);
    } finally {
      ended.abort();
    }
  }

  async leaveOlder(_signal: AbortSignal, backupId: string): Promise<KeptBackup> {
    return this.#spool.kept(await this.#spool.releaseMemory(backupId));
  }

  async findOlder(signal: AbortSignal): Promise<readonly KeptBackup[]> {
    const missing = await this.#older.find(this.#checked?.backup ?? null, signal);
    return Promise.all(missing.map(async ({ backup, row }) => asOf(backup, row, await this.#spool.kept(row))));
  }

  async #isTooSmallFor(backupId: string, backup: BackupVersion): Promise<boolean> {
    if (backupId === this.#checked?.backupId) return this.#lacksRoom;
    const row = await this.#spool.getBackup(backupId);
    return row !== null && isTooSmallFor(backup, row);
  }

  /** Before it is needed: a reset takes it away from the client. */
  async keepKey(_signal: AbortSignal, backupId: string, key: Uint8Array): Promise<void> {
    const row = await this.#spool.getBackup(backupId);
    if (row) await keepKeyOnce(this.#spool, row, key);
  }

  keepKeyOfAll(_signal: AbortSignal, key: Uint8Array): Promise<void> {
    return keepKeyOfAll(this.#spool, key);
  }

  async openBackup(signal: AbortSignal, backupId: string, given: Uint8Array | null): Promise<boolean> {
    const row = await this.#spool.getBackup(backupId);
    if (!row) throw new KeyBackupSyncError("backup-replaced");
    this.#closeBackup();
    const decryptor = (await keptDecryptor(this.#spool, row, given)) ?? emptyDecryptor(row);
    if (decryptor) {
      this.#opened = { backupId, decryptor };
      if (given && (await opens(given, row.publicKey))) await keepKeyOnce(this.#spool, row, given);
    } else if (given) {
      throw new KeyBackupSyncError("decryption-key-mismatch");
    } else if (!row.replaced) {
      // What the account has now is not the key of one that was replaced.
      await this.rescue.keepStoredKeys(backupId, signal);
    }
    return decryptor !== null;
  }

  async takeChange(_signal: AbortSignal, backupId: string, key: Uint8Array): Promise<boolean> {
    const row = await this.#spool.getBackup(backupId);
    if (!row?.tookPlace || !(await opens(key, row.publicKey))) return false;
    await this.#spool.markTookPlace(backupId, false);
    return true;
  }

  async nextBatch(_signal: AbortSignal, limit: number, settled: SettledInStore | null): Promise<NextBatch> {
    const { backupId } = this.#needOpened();
    this.#batches ??= await this.#openBatches();
    try {
      return await this.#batches.next(limit, settled);
    } catch (cause) {
      throw await this.#older.noted(backupId, cause);
    }
  }

  async openRoom(signal: AbortSignal, roomId: string): Promise<void> {
    const { backupId, decryptor } = this.#needOpened();
    const current = this.#currentOf(backupId);
    this.#room?.close();
    const pieces = this.#homeserver.getRoomKeysOf(roomId, current, signal);
    this.#room = new RoomBatches(roomId, pieces, decryptor);
  }

  async nextOfRoom(_signal: AbortSignal, limit: number): Promise<readonly RoomKey[] | null> {
    return this.#room?.next(limit) ?? null;
  }

  async compare(
    signal: AbortSignal,
    key: Uint8Array | null,
    store: CryptoStoreContents | null,
    occasion: AssessedOccasion = "reset",
  ): Promise<BackupComparison> {
    const current = await this.#homeserver.getBackupVersion(signal);
    if (!isDescribed(current)) throw new KeyBackupSyncError("malformed-response");
    const { version = null, count = 0 } = current ?? {};
    const rows = await this.#rowsIn(store);
    const present = current && rows.find((known) => isRowOf(known, current.version, current.publicKey));
    const look = store && (await this.#older.lookBefore(occasion, current, rows, signal));
    const isThere = (other: BackupRow) =>
      look?.found.some(({ version, publicKey }) => isRowOf(other, version, publicKey));
    const earlier = notImportedOf(rows.filter((other) => other !== present && !isThere(other)));
    const row = store && present;
    const isOther = this.#isOther(current);
    const isOtherKey = key !== null && current !== null && !(await opens(key, current.publicKey));
    const isResetUnfinished = await this.#resets.isUnfinished(current, key);
    const older = look && occasion === "reset" ? await olderRisk(this.#spool, look, rows, key) : null;
    const fromBackups = current ? importedFrom(rows.filter((it) => it === present || isThere(it))) : 0;
    const told = { version, count, isOther, isOtherKey, earlier, older, isResetUnfinished, fromBackups };
    if (!row || !current) return { ...told, isCurrent: false, hasPassed: false, progress: null, hasKey: false };
    const isCurrent = row.whole && isAllKnown(row, current.etag);
    const hasKey = await isReadable(this.#spool, row);
    const progress = isCurrent ? progressAt(row, current) : progressOf(row);
    return { ...told, isCurrent, hasPassed: row.whole, progress, hasKey };
  }

  hasResetNote(): Promise<boolean> {
    return this.#resets.isThere();
  }

  async noteReset(signal: AbortSignal, key: Uint8Array | null): Promise<ResetOutcome> {
    // First: the client forgets it, whatever the homeserver answers.
    if (key) await this.keepKeyOfAll(signal, key).catch(() => {});
    return this.#resets.begin(await this.#homeserver.getBackupVersion(signal), key);
  }

  async resetOutcome(signal: AbortSignal, key: Uint8Array | null): Promise<ResetOutcome> {
    return this.#resets.outcome(await this.#homeserver.getBackupVersion(signal), key);
  }

  /** Than the one that was checked last, if one was. */
  #isOther(current: BackupVersion | null): boolean {
    if (!this.#checked) return false;
    const { backup } = this.#checked;
    return current?.version !== backup?.version || current?.publicKey !== backup?.publicKey;
  }

  /** What the homeserver said of this backup. @throws KeyBackupSyncError `backup-replaced` if it said so of another one since */
  #currentOf(backupId: string): BackupVersion {
    const { backup = null, backupId: current } = this.#checked ?? {};
    const told = current === backupId ? backup : this.#older.told(backupId);
    if (!told) throw new KeyBackupSyncError("backup-replaced");
    return told;
  }

  async #rowsIn(store: CryptoStoreContents | null): Promise<BackupRow[]> {
    const rows = await this.#spool.getBackups();
    return store ? rowsInStore(rows, store) : rows;
  }

  rest(signal: AbortSignal, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async forget(): Promise<void> {
    await this.#batches?.ended();
    this.#closeBackup();
    await this.#spool.forget();
  }

  async erase(): Promise<void> {
    await this.#batches?.ended();
    this.#closeBackup();
    await this.#spool.erase();
  }

  /** Nothing more can be kept. Resolves when all is that was under way. */
  async close(): Promise<void> {
    this.#closeBackup();
    await this.#spool.close();
  }

  /** The row of a backup that is the account's now. The homeserver may have told another one for a moment. */
  async #rowOf(current: DescribedBackup): Promise<BackupRow> {
    const row = await this.#spool.findBackup(current.version, current.publicKey);
    const present = row ?? (await this.#spool.addBackup(infoOf(current), current.publicKey));
    if (current.passphrase) await this.#spool.keepPassphrase(present.backupId, current.passphrase);
    return present.replaced ? this.#spool.markReplaced(present.backupId, false) : present;
  }

  /** Until now the account had another backup of this version. */
  async #takesPlace({ version, publicKey }: DescribedBackup): Promise<boolean> {
    const present = (await this.#spool.getBackups()).filter((row) => !row.replaced && row.backup.version === version);
    return present.some((row) => row.publicKey !== publicKey);
  }

  /**
   * What is kept of backups that are no longer the account's, and not all in the crypto store. All of them stay, with their ledgers and
   * decryption keys, as long as the homeserver may still have them: see `findOlder`.
   */
  async #replacedBy(current: BackupVersion | null): Promise<KeptBackup[]> {
    const replaced: KeptBackup[] = [];
    for (const { backupId, backup, publicKey } of await this.#spool.getBackups()) {
      const isSameKey = current?.publicKey === null || publicKey === current?.publicKey;
      if (backup.version === current?.version && isSameKey) continue;
      const after = await this.#spool.markReplaced(backupId, true);
      if (hasMoreToTell(after)) replaced.push(await this.#spool.kept(after));
    }
    return replaced;
  }

  /** Where the device turns out to have no room, what is missing goes through memory. */
  async #downloadInto(options: SegmentOptions, rooms: readonly string[]): Promise<BackupRow> {
    try {
      return await this.#downloadMissing(options, rooms);
    } catch (cause) {
      const isFull = isFault(cause, "storage-full");
      if (!isFull || options.inMemory) throw cause;
      return this.#downloadMissing({ ...options, inMemory: true }, []);
    }
  }

  async #downloadMissing(options: SegmentOptions, knownRooms: readonly string[]): Promise<BackupRow> {
    const { backupId, backup, signal, inMemory } = options;
    const row = await this.#spool.getBackup(backupId);
    const wasCut = row !== null && !row.whole && row.segments.length > 0;
    const piecesOf = (roomId: string) => this.#homeserver.getRoomKeysOf(roomId, backup, signal);
    const whole = wasCut && !inMemory ? await downloadRooms({ ...options, knownRooms, piecesOf }, row) : null;
    return whole ?? this.#downloadAll(options);
  }

  async #downloadAll(options: SegmentOptions): Promise<BackupRow> {
    const { backup, signal } = options;
    try {
      return await download(this.#homeserver.getRoomKeys(backup, signal), options);
    } catch (cause) {
      throw this.#brokenOff.isItsEnd(options, cause) ? new KeyBackupSyncError("malformed-response", { cause }) : cause;
    }
  }

  async #openBatches(): Promise<Batches> {
    const { backupId, decryptor } = this.#needOpened();
    const row = await this.#spool.getBackup(backupId);
    if (!row) throw new KeyBackupSyncError("backup-replaced");
    return Batches.open(this.#spool, row, decryptor);
  }

  #needOpened(): Opened {
    if (!this.#opened) throw new KeyBackupSyncError("decryption-key-mismatch");
    return this.#opened;
  }

  #closeBackup(): void {
    this.#room?.close();
    this.#opened?.decryptor.close();
    this.#room = null;
    this.#batches = null;
    this.#opened = null;
  }
}

/** A backup that was downloaded, and has no room key, waits for no decryption key. Where one turns up all the same, it does. */
function emptyDecryptor(row: BackupRow): RoomKeyDecryptor | null {
  const decrypt = () => {
    throw new KeyBackupSyncError("decryption-key-mismatch");
  };
  return isEmpty(row) ? { decrypt, close: () => {} } : null;
}

function isEmpty(row: BackupRow): boolean {
  return row.whole && progressOf(row).downloaded === 0;
}

/** Its public key is one, or there is none. */
function isDescribed(current: BackupVersion | null | undefined): current is DescribedBackup | null {
  return current !== undefined && current?.publicKey !== null;
}

async function isTooSmallFor({ count }: BackupVersion, row: BackupRow): Promise<boolean> {
  // A later pass is downloaded from its beginning.
  const safe = isSettled(row) ? 0 : row.safe;
  return !(await isRoomFor(count - safe));
}

/** What is kept, seen from what the backup is now. */
function asOf(current: BackupVersion, row: BackupRow, kept: KeptBackup): KeptBackup {
  const isAll = isAllKnown(row, current.etag);
  const progress = isAll ? progressAt(row, current) : kept.progress;
  const isShort = progress.imported + failedCount(progress) < current.count && row.passes < MOST_PASSES;
  const isCurrent = isAll && !(isSettled(row) && isShort);
  return {
    ...kept,
    backup: infoOf(current),
    progress: { ...progress, total: Math.max(current.count, progress.downloaded) },
    whole: kept.whole && isCurrent,
    settled: kept.settled && isCurrent,
  };
}
