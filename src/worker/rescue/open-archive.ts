/** An archive and what the person typed, to batches of room keys. Nothing is given of a file that is not whole. */
import { KeyBackupSyncError } from "../../errors.js";
import type { DecryptedBatch } from "../../protocol.js";
import { Decryptor } from "../decryptor.js";
import { type Archive, readArchive } from "./archive.js";
import type { ArchiveHeader } from "./archive-header.js";
import { decryptSegments } from "./decrypt-segments.js";
import { decodeRecoveryKey } from "./recovery-key.js";
import { keyFromPassphrase, openBackupKey } from "./secret-storage.js";
import type { StoredBackupKey } from "./stored-backup-key.js";

type Key = Uint8Array<ArrayBuffer>;

export class OpenArchive {
  readonly header: ArchiveHeader;
  readonly #archive: Archive;
  readonly #decryptor: Decryptor;

  private constructor(archive: Archive, decryptor: Decryptor) {
    this.header = archive.header;
    this.#archive = archive;
    this.#decryptor = decryptor;
  }

  /**
   * @param recoveryKey as the person typed it: the recovery key of the backup or of the account's secret storage, or the passphrase
   *   that the latter was made from
   * @throws KeyBackupSyncError `rescue-copy-damaged`, `recovery-key-invalid` if it is no recovery key and there is no passphrase, or
   *   `decryption-key-mismatch` if it does not open this backup
   */
  static async open(file: Blob, recoveryKey: string): Promise<OpenArchive> {
    const archive = await readArchive(file);
    return new OpenArchive(archive, await openWith(recoveryKey, archive.header));
  }

  /** All room keys of the archive; some may come twice. @param limit most sessions of a batch */
  batches(limit: number): AsyncGenerator<DecryptedBatch, void, undefined> {
    return decryptSegments(this.#archive.segments(), this.#decryptor, limit);
  }

  close(): void {
    this.#decryptor.close();
  }
}

async function openWith(recoveryKey: string, header: ArchiveHeader): Promise<Decryptor> {
  for await (const key of keysFrom(recoveryKey, header.secretStorage)) {
    const decryptor = await tryKey(key, header.publicKey);
    if (decryptor) return decryptor;
  }
  throw new KeyBackupSyncError("decryption-key-mismatch");
}

/** What may be the backup's decryption key, the cheapest to try first. */
async function* keysFrom(typed: string, storedKeys: readonly StoredBackupKey[]): AsyncGenerator<Key, void, undefined> {
  const withPassphrase = storedKeys.filter(({ description }) => description.passphrase);
  const recoveryKey = withPassphrase.length > 0 ? recoveryKeyIn(typed) : decodeRecoveryKey(typed);
  if (recoveryKey) yield recoveryKey;
  for (const stored of recoveryKey ? storedKeys : withPassphrase) {
    const storageKey = recoveryKey ?? (await keyFromPassphrase(stored.description, typed));
    const key = storageKey && (await openBackupKey(stored, storageKey));
    if (key) yield key;
  }
}

/** `null` if it is none: it may be a passphrase. */
function recoveryKeyIn(typed: string): Key | null {
  try {
    return decodeRecoveryKey(typed);
  } catch {
    return null;
  }
}

async function tryKey(key: Key, publicKey: string): Promise<Decryptor | null> {
  try {
    return await Decryptor.open(key, publicKey);
  } catch (cause) {
    if (cause instanceof KeyBackupSyncError && cause.code === "decryption-key-mismatch") return null;
    throw cause;
  }
}
