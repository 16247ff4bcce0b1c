/** Ours: the controller, without an element. */
import type { MatrixClient } from "matrix-js-sdk";
import { type KeyBackupSyncState, syncOf } from "../../src/index.js";
import { countRoomKeys, logInQuietly } from "./client.js";
import { between } from "./measured.js";
import { ourController } from "./our-controller.js";

let client: MatrixClient;

globalThis.side = {
  async prepare(account) {
    client = await logInQuietly(account);
  },
  async run() {
    const times = await between(sync);
    return { ...times, imported: await countRoomKeys(client) };
  },
};

async function sync(elapsed: () => number) {
  const controller = ourController(client);
  const times = { first_key_ms: Number.NaN, safe_ms: Number.NaN, imported_ms: Number.NaN };
  await new Promise<void>((resolve, reject) => {
    controller.addEventListener("statechange", () => {
      note(controller.state, times, elapsed());
      if (controller.state.status === "complete") resolve();
      if (controller.state.status === "failed") reject(controller.state.error);
      if (controller.state.status === "unavailable") reject(new Error(controller.state.reason));
    });
    controller.start().catch(reject);
  });
  return times;
}

function note(state: KeyBackupSyncState, times: { [name: string]: number }, now: number) {
  const progress = syncOf(state)?.progress;
  if (progress === undefined) return;
  const reached = {
    first_key_ms: progress.imported > 0,
    safe_ms: isSafe(state) && progress.downloaded >= progress.total,
    imported_ms: state.status === "complete",
  };
  for (const [name, is] of Object.entries(reached)) if (is && Number.isNaN(times[name])) times[name] = now;
}

/** Only then has the homeserver sent all there is. */
function isSafe({ status }: KeyBackupSyncState): boolean {
  return status === "importing" || status === "complete";
}
