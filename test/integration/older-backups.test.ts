/** With a real matrix-js-sdk client and a real Synapse: a client made a new backup version, and left the one before behind. */
import { expect } from "@open-wc/testing";
import type { MatrixClient } from "matrix-js-sdk";
import { encodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/recovery-key.js";
import { fromMatrixClient, KeyBackupSyncController } from "../../src/index.js";
import { countRoomKeys, cryptoOf, learnDecryptionKey, openMatrixClient } from "../support/matrix-client.js";
import { whenStatus } from "../support/sync-scene.js";
import {
  type RegisteredUser,
  type SeededKeyBackup,
  startSynapseForTest,
  type TestSynapse,
} from "../support/test-synapse.js";

const OLD_KEYS = 12;
const KEYS = 5;

describe("On Synapse, a backup version 1 that was never deleted, beside version 2", () => {
  let synapse: TestSynapse;
  let user: RegisteredUser;
  let client: MatrixClient;
  let controller: KeyBackupSyncController;
  let [old, present]: SeededKeyBackup[] = [];

  before(async () => {
    synapse = await startSynapseForTest();
  });

  beforeEach(async () => {
    user = await synapse.registerUser("older", "correct horse battery staple");
    old = await synapse.seedKeyBackup({ userId: user.userId, keys: OLD_KEYS, rooms: 3 });
    present = await synapse.seedKeyBackup({ userId: user.userId, keys: KEYS, rooms: 1 });
    client = await openMatrixClient(synapse.url, user);
    controller = new KeyBackupSyncController(fromMatrixClient(client));
  });

  afterEach(() => {
    controller.close();
    client.stopClient();
  });

  async function know(backup: SeededKeyBackup | undefined): Promise<void> {
    await learnDecryptionKey(client, backup?.decryptionKey ?? "", present?.version ?? "");
  }

  it("is told before a reset, downloaded, and imported once its key is known", async () => {
    await know(present);
    expect(await controller.assessReset()).to.deep.include({
      kind: "at-risk",
      notDownloaded: KEYS + OLD_KEYS,
      older: { notDownloaded: OLD_KEYS, locked: OLD_KEYS },
    });
    await controller.start();
    const { replaced } = await whenStatus(controller, "complete");
    expect(replaced).to.deep.equal({ notDownloaded: 0, locked: OLD_KEYS, failed: 0 });
    await controller.unlock(recoveryKeyOf(old));
    await whenStatus(controller, "complete", (state) => state.replaced === null);
    expect(await countRoomKeys(client)).to.equal(KEYS + OLD_KEYS);
    // The client may still upload them to the present one: that is told as well.
    const { kind, earlier, older } = await controller.assessReset();
    expect({ kind, earlier, older }).to.deep.equal({ kind: "none", earlier: 0, older: undefined });
  });

  it("is the present one again when version 2 is deleted", async () => {
    await know(present);
    await controller.start();
    await whenStatus(controller, "complete");
    await cryptoOf(client).deleteKeyBackupVersion("2");
    await know(old);
    await controller.start();
    const { replaced } = await whenStatus(controller, "complete", ({ backup }) => backup.version === "1");
    expect(replaced).to.equal(null);
    expect(await countRoomKeys(client)).to.equal(KEYS + OLD_KEYS);
  });
});

function recoveryKeyOf(backup: SeededKeyBackup | undefined): string {
  return encodeRecoveryKey(Uint8Array.from(atob(backup?.decryptionKey ?? ""), (it) => it.charCodeAt(0))) ?? "";
}
