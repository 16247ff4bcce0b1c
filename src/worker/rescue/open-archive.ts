/** An archive and what the person typed, to batches of room keys. Nothing is given of a file that is not whole. */
import type { DecryptedBatch } from "../../protocol.js";
import { Decryptor } from "../decryptor.js";
import { type Archive, readArchive } from "./archive.js";
import type { ArchiveHeader } from "./archive-header.js";
import { backupKeyFrom } from "./backup-key.js";
import { decryptSegments } from "./decrypt-segments.js";

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
   * @throws KeyBackupSyncError `rescue-copy-damaged`, `rescue-copy-is-key-export`, `recovery-key-invalid` if it is no recovery key and there is no passphrase, or
   *   `decryption-key-mismatch` if it does not open this backup
   */
  static async open(file: Blob, recoveryKey: string): Promise<OpenArchive> {
    const archive = await readArchive(file);
    const key = await backupKeyFrom(recoveryKey, archive.header);
    return new OpenArchive(archive, await Decryptor.open(key, archive.header.publicKey));
  }

  /** All room keys of the archive; some may come twice. @param limit most sessions of a batch */
  batches(limit: number): AsyncGenerator<DecryptedBatch, void, undefined> {
    return decryptSegments(this.#archive.segments(), this.#decryptor, limit);
  }

  close(): void {
    this.#decryptor.close();
  }
}
