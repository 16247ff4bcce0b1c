/**
 * Which backup there was when a client of this device began to reset it, kept until there is another one that the client can use. As long
 * as it is kept, and no reset goes on, the last one did not finish.
 */
import type { ResetOutcome } from "../protocol.js";
import { type BackupVersion, signerOf } from "./homeserver.js";
import { opens } from "./kept-decryptor.js";
import type { Spool } from "./spool.js";

/** Persisted: its members keep their meaning. */
export interface ResetNote {
  readonly version: string;
  readonly publicKey: string | null;
}

export class ResetNotes {
  readonly #spool: Spool;
  /** This device, as it signs a backup that it makes. */
  readonly #signer: string;

  constructor(spool: Spool, identity: Parameters<typeof signerOf>[0]) {
    this.#spool = spool;
    this.#signer = signerOf(identity);
  }

  async isThere(): Promise<boolean> {
    return (await this.#spool.getResetNote()) !== null;
  }

  /** The reset begins. One that did not finish before stays noted. @param key the client's decryption key (32 bytes) */
  async begin(current: BackupVersion | null, key: Uint8Array | null): Promise<ResetOutcome> {
    const outcome = await this.outcome(current, key);
    if (outcome === "unfinished" || !current) return outcome;
    await this.#spool.setResetNote({ version: current.version, publicKey: current.publicKey });
    return outcome;
  }

  /** What is known by the backup that the account has now. What is over is forgotten. */
  async outcome(current: BackupVersion | null, key: Uint8Array | null): Promise<ResetOutcome> {
    if (await this.isUnfinished(current, key)) return "unfinished";
    if (await this.isThere()) await this.#spool.setResetNote(null);
    return "none";
  }

  async isUnfinished(current: BackupVersion | null, key: Uint8Array | null): Promise<boolean> {
    const note = await this.#spool.getResetNote();
    return note !== null && !(await isOver(note, current, key, this.#signer));
  }
}

/** Nothing was deleted, or there is a backup that the client has the key of, or one that is somebody else's. */
async function isOver(
  note: ResetNote,
  current: BackupVersion | null,
  key: Uint8Array | null,
  signer: string,
): Promise<boolean> {
  if (!current) return false;
  if (current.version === note.version && current.publicKey === note.publicKey) return true;
  if (key && current.publicKey && (await opens(key, current.publicKey))) return true;
  // Empty, and without a key: made by this reset, which ended before the client kept its key. With a lower number: deleting the newest
  // version made it the account's again.
  // Also with room keys in it: matrix-js-sdk uploads to a backup that its device has signed, though nobody has the decryption key.
  if (current.signedBy.has(signer)) return false;
  return current.count > 0 && !(Number(current.version) < Number(note.version));
}
