/**
 * How many room keys the crypto store holds. What was imported counts only as long as the store keeps it: so the store is counted at each
 * start, beside the import, and at its end.
 */
import { isAborted, KeyBackupSyncError } from "./errors.js";
import type { CryptoStore, CryptoStoreContents } from "./host.js";

type Countable = Pick<CryptoStore, "getContents">;

/** Counting takes longer with each room key. Beside the import, it takes one part in so many of the time. */
const TIME_BETWEEN = 20;

export class StoreCount {
  readonly #cryptoStore: Countable;
  #contents: CryptoStoreContents;
  /** Milliseconds that the last count took, and when it ended. */
  #took: number;
  #ended: number;

  private constructor(cryptoStore: Countable, contents: CryptoStoreContents, started: number) {
    this.#cryptoStore = cryptoStore;
    this.#contents = contents;
    this.#ended = performance.now();
    this.#took = this.#ended - started;
  }

  /** @throws KeyBackupSyncError `import-failed` if the crypto store cannot be asked */
  static async begin(cryptoStore: Countable): Promise<StoreCount> {
    const started = performance.now();
    return new StoreCount(cryptoStore, await askContents(cryptoStore), started);
  }

  /** As they were when they were counted last. */
  get contents(): CryptoStoreContents {
    return this.#contents;
  }

  /** @throws KeyBackupSyncError `import-failed` if the crypto store cannot be asked */
  async count(): Promise<CryptoStoreContents> {
    const started = performance.now();
    this.#contents = await askContents(this.#cryptoStore);
    this.#ended = performance.now();
    this.#took = this.#ended - started;
    return this.#contents;
  }

  /** Counts if that is due. */
  async countInTime(): Promise<CryptoStoreContents> {
    const isDue = performance.now() - this.#ended >= this.#took * TIME_BETWEEN;
    return isDue ? this.count() : this.#contents;
  }
}

async function askContents(cryptoStore: Countable): Promise<CryptoStoreContents> {
  try {
    return await cryptoStore.getContents();
  } catch (cause) {
    // The client was stopped: that is no error.
    if (isAborted(cause)) throw cause;
    throw new KeyBackupSyncError("import-failed", { cause });
  }
}

/** `null` if the crypto store cannot be asked. */
export async function contentsOf(cryptoStore: Countable): Promise<CryptoStoreContents | null> {
  try {
    return await cryptoStore.getContents();
  } catch {
    return null;
  }
}
