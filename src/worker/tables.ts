/** What the spool asks of whatever keeps its small things: rows, the ledger, the choice. All of it in IndexedDB, or in memory. */
import type { Choice } from "../protocol.js";
import type { BackupRow } from "./backup-row.js";
import type { ResetNote } from "./reset-note.js";

export interface Tables {
  getChoice(): Promise<Choice | null>;
  setChoice(choice: Choice): Promise<void>;
  getResetNote(): Promise<ResetNote | null>;
  setResetNote(note: ResetNote | null): Promise<void>;
  getBackup(backupId: string): Promise<BackupRow | null>;
  getBackups(): Promise<BackupRow[]>;
  /** A row for a backup that has none. */
  addBackup(row: BackupRow): Promise<void>;
  /**
   * One transaction: the row is replaced, and this page of the ledger added behind those that are there.
   * @returns the row as it is now, `null` if there is none
   */
  changeBackup(
    backupId: string,
    change: (row: BackupRow) => BackupRow,
    page?: Uint8Array | null,
  ): Promise<BackupRow | null>;
  getPage(backupId: string, page: number): Promise<Uint8Array | null>;
  deleteBackup(backupId: string): Promise<void>;
  getSealingKey(): Promise<CryptoKey | null>;
  /** There is but one: what another call has kept meanwhile stays. @returns the one that is kept */
  keepSealingKey(key: CryptoKey): Promise<CryptoKey>;
  /** Resolves when all that was begun has ended. There can be nothing more. */
  close(): Promise<void>;
}
