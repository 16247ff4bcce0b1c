/** A crypto store whose imports come one after the other, whoever asks for them: two at once would block the page twice as long. */
import { bestCopies } from "./best-copies.js";
import { collectingInTime } from "./collect-in-time.js";
import type { CryptoStore, RoomKey } from "./host.js";

/** The end of the last import of each importer. */
const ends = new WeakMap<object, Promise<unknown>>();

/** @param importer what the imports block: those of all crypto stores with the same one are in one row */
export function withImportsInARow(cryptoStore: CryptoStore, importer: object = cryptoStore): CryptoStore {
  const inARow = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const call = (ends.get(importer) ?? Promise.resolve()).then(work);
    ends.set(
      importer,
      call.catch(() => {}),
    );
    return call;
  };
  return {
    getContents: () => cryptoStore.getContents(),
    getDecryptionKey: () => cryptoStore.getDecryptionKey(),
    onDecryptionKeyChange: (listener) => cryptoStore.onDecryptionKeyChange(listener),
    ...(cryptoStore.getBackedUp && { getBackedUp: async () => (await cryptoStore.getBackedUp?.()) ?? null }),
    backUpAgain: () => inARow(async () => cryptoStore.backUpAgain?.()),
    importRoomKeys: (roomKeys, version) =>
      inARow(() => collectingInTime(roomKeys.length, () => cryptoStore.importRoomKeys(bestCopies(roomKeys), version))),
    importExportedRoomKeys: (roomKeys) =>
      inARow(() => collectingInTime(roomKeys.length, () => cryptoStore.importExportedRoomKeys(bestCopies(roomKeys)))),
  };
}

/** The same crypto store, with word of room keys that went in as not backed up. */
export function telling(cryptoStore: CryptoStore, onExported: (roomKeys: readonly RoomKey[]) => void): CryptoStore {
  return {
    ...cryptoStore,
    async importExportedRoomKeys(roomKeys) {
      const result = await cryptoStore.importExportedRoomKeys(roomKeys);
      // Which ones were rejected is not known, and those are never uploaded.
      if (result.rejected === 0) onExported(roomKeys);
      return result;
    },
  };
}
