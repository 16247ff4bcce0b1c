/**
 * Chunks as files of the origin private file system, written piece by piece as the bytes come in: in Chromium half the time of
 * IndexedDB, which copies them from process to process. A file is open only while it is written. Its name and those of its
 * directories are digits, whatever the homeserver calls a version.
 */
import { KeyBackupSyncError } from "../errors.js";
import type { ChunkKey, ChunkStore, NewChunk } from "./chunks.js";

/** A worker alone has it: the types of a page lack it. */
interface SyncAccessHandle {
  truncate(size: number): void;
  write(bytes: Uint8Array, options: { at: number }): number;
  close(): void;
}

type WritableFile = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccessHandle> };

/** In bytes. To begin a file takes several times as long as to go on with one: of most backups there is but one. */
const CAPACITY = 64 * 1024 * 1024;
/** In bytes, well ahead: for each part by which a file grows, Chromium asks its main process for room. */
const GROWTH = 8 * 1024 * 1024;
/** In bytes. Chromium hands over up to 2 MiB of an answer; written as one, they take three times as long (Linux, ext4). */
const PART = 256 * 1024;
/** Most bytes that are read at once. */
const WINDOW = 2 * 1024 * 1024;

const HOME = "key-backup-sync";
const PROBE = "probe";
/** Milliseconds. A worker that was just ended may hold its file a little longer; so may a virus scanner, to look into it. */
const HELD_AT_MOST = 3000;
/** What browsers tell of a file that is held. */
const HELD = new Set(["NoModificationAllowedError", "NotReadableError"]);
const BETWEEN_TRIES = 50;

export class FileChunks implements ChunkStore {
  readonly #home: FileSystemDirectoryHandle;
  /** Of the directory of this user and device. */
  readonly #name: string;
  /** By backup ID. */
  readonly #directories = new Map<string, Promise<FileSystemDirectoryHandle>>();

  private constructor(home: FileSystemDirectoryHandle, name: string) {
    this.#home = home;
    this.#name = name;
  }

  /** `null` where files cannot be written like this: in older engines, in some private windows. */
  static async open(userId: string, deviceId: string): Promise<FileChunks | null> {
    try {
      const root = await navigator.storage.getDirectory();
      const home = await root.getDirectoryHandle(HOME, { create: true });
      const probe = await home.getFileHandle(PROBE, { create: true });
      (await openForWriting(probe)).close();
      return new FileChunks(home, await digest(JSON.stringify([userId, deviceId])));
    } catch {
      return null;
    }
  }

  async create(key: ChunkKey): Promise<NewChunk> {
    const directory = await this.#directory(key.backupId);
    return new FileChunk(await openForWriting(await directory.getFileHandle(fileName(key), { create: true })));
  }

  async read(key: ChunkKey, from: number): Promise<Uint8Array | null> {
    const directory = await this.#directory(key.backupId);
    const read = async () => {
      const file = await (await directory.getFileHandle(fileName(key))).getFile();
      return new Uint8Array(await file.slice(from, from + WINDOW).arrayBuffer());
    };
    return orNull(() => onceFree(read));
  }

  async deleteBackup(backupId: string): Promise<void> {
    this.#directories.delete(backupId);
    const own = await this.#home.getDirectoryHandle(this.#name, { create: true });
    await remove(own, await digest(backupId));
  }

  async deleteSegment(backupId: string, segment: number, chunks: number): Promise<void> {
    const directory = await this.#directory(backupId);
    for (let chunk = 0; chunk < chunks; chunk++) await remove(directory, fileName({ segment, chunk }));
  }

  async clear(): Promise<void> {
    this.#directories.clear();
    await remove(this.#home, this.#name);
  }

  /** Leaves nothing behind: of this user and device, and of all if it was the last. */
  async erase(): Promise<void> {
    await this.clear();
    for await (const name of this.#home.keys()) if (name !== PROBE) return;
    await remove(await navigator.storage.getDirectory(), HOME);
  }

  #directory(backupId: string): Promise<FileSystemDirectoryHandle> {
    const known = this.#directories.get(backupId);
    if (known) return known;
    const opened = this.#openDirectory(backupId);
    this.#directories.set(backupId, opened);
    return opened;
  }

  async #openDirectory(backupId: string): Promise<FileSystemDirectoryHandle> {
    const own = await this.#home.getDirectoryHandle(this.#name, { create: true });
    return own.getDirectoryHandle(await digest(backupId), { create: true });
  }
}

class FileChunk implements NewChunk {
  readonly capacity = CAPACITY;
  readonly #handle: SyncAccessHandle;
  #length = 0;
  #size = 0;

  constructor(handle: SyncAccessHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      this.#makeRoomFor(bytes.length);
      for (let at = 0; at < bytes.length; at += PART) this.#writePart(bytes.subarray(at, at + PART));
    } catch (cause) {
      this.#letGo();
      throw cause;
    }
  }

  /** No flush to the disk itself, as with relaxed transactions: only a loss of power could cost it, and then it is downloaded again. */
  async end(): Promise<void> {
    try {
      this.#handle.truncate(this.#length);
    } finally {
      this.#handle.close();
    }
  }

  /** It is of no use: where the disk is full, others want its room. */
  #letGo(): void {
    try {
      this.#handle.truncate(0);
    } catch {
      // What failed first is to be told.
    }
    this.#handle.close();
  }

  #writePart(part: Uint8Array): void {
    const written = this.#handle.write(part, { at: this.#length });
    if (written < part.length) throw new KeyBackupSyncError("storage-full");
    this.#length += written;
  }

  #makeRoomFor(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#size) return;
    try {
      this.#grow(Math.max(needed, this.#length + GROWTH));
    } catch {
      this.#grow(needed);
    }
  }

  #grow(size: number): void {
    this.#handle.truncate(size);
    this.#size = size;
  }
}

function openForWriting(file: FileSystemFileHandle): Promise<SyncAccessHandle> {
  return onceFree(() => (file as WritableFile).createSyncAccessHandle());
}

async function remove(directory: FileSystemDirectoryHandle, name: string): Promise<void> {
  await orNull(() => onceFree(() => directory.removeEntry(name, { recursive: true })));
}

/** `null` if there is no such entry. */
async function orNull<Value>(work: () => Promise<Value>): Promise<Value | null> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "NotFoundError") return null;
    throw cause;
  }
}

/** Tries again for a while as long as something else holds the file. */
async function onceFree<Value>(work: () => Promise<Value>): Promise<Value> {
  const end = performance.now() + HELD_AT_MOST;
  for (;;) {
    try {
      return await work();
    } catch (cause) {
      const isHeld = cause instanceof DOMException && HELD.has(cause.name);
      if (!isHeld || performance.now() > end) throw cause;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES));
    }
  }
}

function fileName({ segment, chunk }: Pick<ChunkKey, "segment" | "chunk">): string {
  return `${segment}-${chunk}`;
}

/** Of any text, of any length, a name that every file system takes. */
async function digest(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
