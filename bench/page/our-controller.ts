/** Our run over the client of the benchmark, as intense as the address of the page says. */
import type { MatrixClient } from "matrix-js-sdk";
import { fromMatrixClient, type Intensity, KeyBackupSyncController } from "../../src/index.js";

/** @throws TypeError if there is no such intensity */
export function ourController(client: MatrixClient): KeyBackupSyncController {
  const controller = new KeyBackupSyncController(fromMatrixClient(client));
  controller.intensity = new URLSearchParams(location.search).get("intensity") as Intensity;
  return controller;
}
