/** Rescue copies on the page: the worker makes and reads them piece by piece, and the keys of one go into the crypto store. */
import type { CryptoStore } from "./host.js";
import { nextTask } from "./next-task.js";
import type { RescueCopy, RescuedKeys } from "./reset.js";
import { failedCount } from "./state.js";
import type { WorkerLink } from "./worker-link.js";

/** @throws KeyBackupSyncError see `KeyBackupSafety.rescueCopy` */
export async function rescueCopy(link: WorkerLink, passphrase: string | null): Promise<RescueCopy> {
  const leftOut = await link.call("openRescueCopy", [passphrase]);
  const day = new Date().toISOString().slice(0, 10);
  const fileName = passphrase === null ? `key-backup-${day}.jsonl.gz` : `room-keys-${day}.txt`;
  return { fileName, stream: streamFrom(link), leftOut };
}

/**
 * Not as backed up: the client uploads them to the present backup.
 * @throws KeyBackupSyncError see `KeyBackupSyncController.importRescueCopy`; then nothing was changed, but for a crypto store that fails
 */
export async function importRescueCopy(
  link: WorkerLink,
  cryptoStore: CryptoStore,
  file: Blob,
  recoveryKey: string,
): Promise<RescuedKeys> {
  await link.call("openRescueFile", [file, recoveryKey]);
  let [imported, failed] = [0, 0];
  for (;;) {
    const batch = await link.call("nextOfRescueFile", []);
    if (!batch) return { imported, failed };
    await nextTask();
    const { rejected } = await cryptoStore.importExportedRoomKeys(batch.roomKeys);
    imported += batch.roomKeys.length - rejected;
    failed += failedCount(batch) + rejected;
  }
}

/** Nothing is made that is not read. */
function streamFrom(link: WorkerLink): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await link.call("nextOfRescueCopy", []);
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
      cancel: () => link.call("closeRescueCopy", []),
    },
    { highWaterMark: 0 },
  );
}
