/** Rescue copies on the page: the worker makes and reads them piece by piece, and the keys of one go into the crypto store. */
import { BatchImport } from "./batch-import.js";
import { EFFORTS } from "./effort.js";
import { isFault, KeyBackupSyncError } from "./errors.js";
import type { CryptoStore, RoomKey } from "./host.js";
import type { SettledBatch } from "./protocol.js";
import type { RescueCopy, RescuedKeys, RescueImportOptions } from "./reset.js";
import { failedCount } from "./state.js";
import type { WorkerLink } from "./worker-link.js";

const NOT_SETTLED: SettledBatch = { rejected: [] };

/** @throws KeyBackupSyncError see `KeyBackupSafety.rescueCopy` */
export async function rescueCopy(link: WorkerLink, passphrase: string | null): Promise<RescueCopy> {
  const { id, leftOut } = await link.call("openRescueCopy", [passphrase]);
  const day = new Date().toISOString().slice(0, 10);
  const fileName = passphrase === null ? `key-backup-${day}.jsonl.gz` : `room-keys-${day}.txt`;
  return { fileName, leftOut, ...streamFrom(link, id) };
}

export interface RescueImport {
  readonly link: WorkerLink;
  readonly cryptoStore: CryptoStore;
  readonly file: Blob;
  readonly recoveryKey: string;
  readonly options: RescueImportOptions;
}

/**
 * Not as backed up: the client uploads them to the present backup.
 * @throws KeyBackupSyncError see `KeyBackupSyncController.importRescueCopy`
 */
export async function importRescueCopy({ link, file, recoveryKey, ...rest }: RescueImport): Promise<RescuedKeys> {
  const id = await link.call("openRescueFile", [file, recoveryKey], rest.options.signal);
  try {
    return await importFile(id, { link, ...rest });
  } catch (cause) {
    await link.call("closeRescueFile", [id]).catch(() => {});
    throw cause;
  }
}

async function importFile(
  id: number,
  { link, cryptoStore, options }: Pick<RescueImport, "link" | "cryptoStore" | "options">,
): Promise<RescuedKeys> {
  const batches = new BatchImport({
    importAll: (roomKeys) => cryptoStore.importExportedRoomKeys(roomKeys),
    effort: () => EFFORTS.balanced,
    rest: (milliseconds) => link.call("rest", [milliseconds], options.signal),
  });
  let [given, failed, rejected] = [0, 0, 0];
  const rescued = () => ({ imported: given - rejected, failed: failed + rejected });
  for (;;) {
    options.signal?.throwIfAborted();
    const batch = await link.call("nextOfRescueFile", [id], options.signal);
    if (!batch) break;
    given += batch.roomKeys.length;
    failed += failedCount(batch);
    rejected += (await settled(batches, batch.roomKeys)).rejected.length;
    options.onProgress?.(rescued());
  }
  // Nothing follows to compare the last ones with, but the file is still there.
  rejected += batches.giveUp().rejected.length;
  if (given > 0 && rejected === given) throw new KeyBackupSyncError("import-failed", { cause: batches.cause });
  return rescued();
}

/** However many the crypto store refuses in a row: good room keys may follow, and the refused ones are still in the file. */
async function settled(batches: BatchImport, roomKeys: readonly RoomKey[]): Promise<SettledBatch> {
  try {
    return (await batches.settle(roomKeys)) ?? NOT_SETTLED;
  } catch (cause) {
    if (!isFault(cause, "import-failed")) throw cause;
    return batches.giveUp();
  }
}

/** Nothing is made that is not read. */
function streamFrom(link: WorkerLink, id: number): Pick<RescueCopy, "stream" | "hasGaps"> {
  const ended = deferred<boolean>();
  // Not everybody wants to know.
  ended.promise.catch(() => {});
  const source: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      try {
        const next = await link.call("nextOfRescueCopy", [id]);
        if (next instanceof Uint8Array) return controller.enqueue(next);
        ended.resolve(next.hasGaps);
        controller.close();
      } catch (cause) {
        ended.reject(cause);
        throw cause;
      }
    },
    async cancel() {
      ended.reject(new DOMException("The rescue copy was given up", "AbortError"));
      await link.call("closeRescueCopy", [id]);
    },
  };
  return { stream: new ReadableStream(source, { highWaterMark: 0 }), hasGaps: ended.promise };
}

function deferred<Value>() {
  let settle: { resolve(value: Value): void; reject(cause: unknown): void } = { resolve() {}, reject() {} };
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}
