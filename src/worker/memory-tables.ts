/** Rows in memory: for a page whose browser stores nothing. They are gone with the worker. */
import type { Choice } from "../protocol.js";
import type { BackupRow } from "./backup-row.js";
import type { ResetNote } from "./reset-note.js";
import type { Tables } from "./tables.js";

export class MemoryTables implements Tables {
  #choice: Choice | null = null;
  #resetNote: ResetNote | null = null;
  #sealingKey: CryptoKey | null = null;
  readonly #backups = new Map<string, { row: BackupRow; pages: Uint8Array[] }>();

  async getChoice(): Promise<Choice | null> {
    return this.#choice;
  }

  async setChoice(choice: Choice): Promise<void> {
    this.#choice = choice;
  }

  async getResetNote(): Promise<ResetNote | null> {
    return this.#resetNote;
  }

  async setResetNote(note: ResetNote | null): Promise<void> {
    this.#resetNote = note;
  }

  async getBackup(backupId: string): Promise<BackupRow | null> {
    return this.#backups.get(backupId)?.row ?? null;
  }

  async getBackups(): Promise<BackupRow[]> {
    return [...this.#backups.values()].map(({ row }) => row);
  }

  async addBackup(row: BackupRow): Promise<void> {
    this.#backups.set(row.backupId, { row, pages: [] });
  }

  async changeBackup(backupId: string, change: (row: BackupRow) => BackupRow, page: Uint8Array | null = null) {
    const kept = this.#backups.get(backupId);
    if (!kept) return null;
    const { pages } = kept.row;
    kept.row = change(kept.row);
    if (page) kept.pages[pages] = page;
    return kept.row;
  }

  async getPage(backupId: string, page: number): Promise<Uint8Array | null> {
    return this.#backups.get(backupId)?.pages[page] ?? null;
  }

  async deleteBackup(backupId: string): Promise<void> {
    this.#backups.delete(backupId);
  }

  async getSealingKey(): Promise<CryptoKey | null> {
    return this.#sealingKey;
  }

  async keepSealingKey(key: CryptoKey): Promise<CryptoKey> {
    this.#sealingKey ??= key;
    return this.#sealingKey;
  }

  async close(): Promise<void> {}
}
