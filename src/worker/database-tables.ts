/** Rows in IndexedDB. */
import type { Choice } from "../protocol.js";
import type { BackupRow } from "./backup-row.js";
import { allOf, closeDatabase, RELAXED, type SpoolDatabase } from "./database.js";
import type { Tables } from "./tables.js";

export class DatabaseTables implements Tables {
  readonly #database: SpoolDatabase;

  constructor(database: SpoolDatabase) {
    this.#database = database;
  }

  async getChoice(): Promise<Choice | null> {
    return (await this.#database.get("choice", "choice")) ?? null;
  }

  async setChoice(choice: Choice): Promise<void> {
    await this.#database.put("choice", choice, "choice");
  }

  async getBackup(version: string): Promise<BackupRow | null> {
    return (await this.#database.get("backups", version)) ?? null;
  }

  getBackups(): Promise<BackupRow[]> {
    return this.#database.getAll("backups");
  }

  async addBackup(row: BackupRow): Promise<void> {
    await this.#database.put("backups", row, row.backup.version);
  }

  async changeBackup(version: string, change: (row: BackupRow) => BackupRow, page: Uint8Array | null = null) {
    const transaction = this.#database.transaction(["backups", "ledger"], "readwrite", RELAXED);
    const backups = transaction.objectStore("backups");
    const before = await backups.get(version);
    if (!before) return null;
    const after = change(before);
    const puts = [backups.put(after, version)];
    if (page)
      puts.push(
        transaction
          .objectStore("ledger")
          .put(page, [version, before.pages])
          .then(() => version),
      );
    await Promise.all([...puts, transaction.done]);
    return after;
  }

  async getPage(version: string, page: number): Promise<Uint8Array | null> {
    return (await this.#database.get("ledger", [version, page])) ?? null;
  }

  async deleteBackup(version: string): Promise<void> {
    const transaction = this.#database.transaction(["backups", "ledger"], "readwrite", RELAXED);
    await Promise.all([
      transaction.objectStore("backups").delete(version),
      transaction.objectStore("ledger").delete(allOf(version)),
      transaction.done,
    ]);
  }

  async getSealingKey(): Promise<CryptoKey | null> {
    return (await this.#database.get("sealing", "key")) ?? null;
  }

  async keepSealingKey(key: CryptoKey): Promise<CryptoKey> {
    const { store, done } = this.#database.transaction("sealing", "readwrite", RELAXED);
    const known = await store.get("key");
    if (!known) await store.put(key, "key");
    await done;
    return known ?? key;
  }

  close(): Promise<void> {
    return closeDatabase(this.#database);
  }
}
