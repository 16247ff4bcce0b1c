/** The peer: `restoreKeyBackup` of matrix-js-sdk. It keeps nothing before a key is imported, so its keys are safe when they are imported. */
import type { MatrixClient } from "matrix-js-sdk";
import { ImportRoomKeyStage } from "matrix-js-sdk/lib/crypto-api";
import { countRoomKeys, cryptoOf, logInQuietly } from "./client.js";
import { between } from "./measured.js";

let client: MatrixClient;

globalThis.side = {
  async prepare(account) {
    client = await logInQuietly(account);
  },
  async run() {
    const times = await between(restore);
    return { ...times, imported: await countRoomKeys(client) };
  },
};

async function restore(elapsed: () => number) {
  let first_key_ms = Number.NaN;
  await cryptoOf(client).restoreKeyBackup({
    progressCallback(progress) {
      if (progress.stage !== ImportRoomKeyStage.LoadKeys || progress.successes === 0) return;
      if (Number.isNaN(first_key_ms)) first_key_ms = elapsed();
    },
  });
  const imported_ms = elapsed();
  return { first_key_ms, safe_ms: imported_ms, imported_ms };
}
