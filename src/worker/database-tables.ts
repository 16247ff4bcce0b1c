/** Rows in IndexedDB. */
import type { Choice } from "../protocol.js";
import type { BackupRow } from "./backup-row.js";
import { allOf, closeDatabase, RELAXED, type SpoolDatabase } from "./database.js";
import type { ResetNote } from "./reset-note.js";
import type { Tables } from "./tables.js";

export class DatabaseTables implements Tables {
  readonly #database: SpoolDatabase;

  constructor(database: SpoolDatabase) {
    this.#database = database;
  }

  async getChoice(): Promise<Choice | null> {
    return ((await this.#database.get("choice", "choice")) as Choice | undefined) ?? null;
  }

  async setChoice(choice: Choice): Promise<void> {
    await this.#database.put("choice", choice, "choice");
  }

  async getResetNote(): Promise<ResetNote | null> {
    return ((await this.#database.get("choice", "reset")) as ResetNote | undefined) ?? null;
  }

  async setResetNote(note: ResetNote | null): Promise<void> {
    if (note) await this.#database.put("choice", note, "reset");
    else await this.#database.delete("choice", "reset");
  }

  async getBackup(backupId: string): Promise<BackupRow | null> {
    return (await this.#database.get("backups", backupId)) ?? null;
  }

  getBackups(): Promise<BackupRow[]> {
    return this.#database.getAll("backups");
  }

  async addBackup(row: BackupRow): Promise<void> {
    await this.#database.put("backups", row, row.backupId);
  }

  async changeBackup(backupId: string, change: (row: BackupRow) => BackupRow, page: Uint8Array | null = null) {
    const transaction = this.#database.transaction(["backups", "ledger"], "readwrite", RELAXED);
    const backups = transaction.objectStore("backups");
    const before = await backups.get(backupId);
    if (!before) return null;
    const after = change(before);
    const puts = [backups.put(after, backupId)];
    if (page)
      puts.push(
        transaction
          .objectStore("ledger")
          .put(page, [backupId, before.pages])
          .then(() => backupId),
      );
    await Promise.all([...puts, transaction.done]);
    return after;
  }

  async getPage(backupId: string, page: number): Promise<Uint8Array | null> {
    return (await this.#database.get("ledger", [backupId, page])) ?? null;
  }

  async deleteBackup(backupId: string): Promise<void> {
    const transaction = this.#database.transaction(["backups", "ledger"], "readwrite", RELAXED);
    await Promise.all([
      transaction.objectStore("backups").delete(backupId),
      transaction.objectStore("ledger").delete(allOf(backupId)),
      transaction.done,
    ]);
  }

  async getSealingKey(): Promise<CryptoKey | null> {
    return (await this.#database.get("sealing", "key")) ?? null;
  }

  async keepSealingKey(key: CryptoKey): Promise<CryptoKey> {
    const { store, done } = this.#database.transaction("sealing", "readwrite", RELAXED);
    // What fails in it is thrown below.
    done.catch(() => {});
    const known = await store.get("key");
    if (!known) await store.put(key, "key");
    await done;
    return known ?? key;
  }

  close(): Promise<void> {
    return closeDatabase(this.#database);
  }
}
