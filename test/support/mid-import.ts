/** A run in the midst of its import: the crypto store has taken some keys, and takes the others when the test lets it. */
import type { KeyBackupSyncController } from "../../src/index.js";
import { deferred } from "./deferred.js";
import type { SyncScene } from "./sync-scene.js";

export interface MidImport {
  readonly controller: KeyBackupSyncController;
  /** From now on all is taken. */
  readonly goOn: () => void;
}

/** @param callsBefore calls of the crypto store that go through */
export async function inMidImport(scene: SyncScene, callsBefore = 1): Promise<MidImport> {
  const [begun, hold] = [deferred<void>(), deferred<number>()];
  let calls = 0;
  scene.host.beforeImport = () => {
    if (calls++ < callsBefore) return 0;
    begun.resolve();
    return hold.promise;
  };
  const controller = scene.controller();
  await controller.start();
  await begun.promise;
  return { controller, goOn: () => hold.resolve(0) };
}
