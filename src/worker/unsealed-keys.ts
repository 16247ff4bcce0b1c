/** Decryption keys in a browser that does not store what would seal them: they are at hand as long as this worker lives. */
export class UnsealedKeys {
  readonly #keys = new Map<string, Uint8Array[]>();

  add(backupId: string, key: Uint8Array): void {
    this.#keys.set(backupId, [...this.of(backupId), key]);
  }

  of(backupId: string): readonly Uint8Array[] {
    return this.#keys.get(backupId) ?? [];
  }

  delete(backupId: string): void {
    this.#keys.delete(backupId);
  }

  clear(): void {
    this.#keys.clear();
  }
}
