import { expect, fixture, html } from "@open-wc/testing";
import type { MatrixClient } from "matrix-js-sdk";
import type { KeyBackupSyncElement } from "../../components/index.js";
import "../../components/index.js";
import { controllerFor } from "../../src/index.js";
import { one, part, textOf } from "../components/on-page.js";
import { countRoomKeys, learnDecryptionKey, openMatrixClient } from "../support/matrix-client.js";
import { startSynapseForTest } from "../support/test-synapse.js";
import { whenShown } from "../support/when-shown.js";

const KEYS = 5000;

describe("A backup of 5,000 room keys", () => {
  let client: MatrixClient;

  after(() => {
    controllerFor(client).close();
    client.stopClient();
  });

  it("gets into the crypto store as a whole", async function () {
    this.timeout(120_000);
    const synapse = await startSynapseForTest();
    const user = await synapse.registerUser("reader", "correct horse battery staple");
    const backup = await synapse.seedKeyBackup({ userId: user.userId, keys: KEYS });
    client = await openMatrixClient(synapse.url, user);
    await learnDecryptionKey(client, backup.decryptionKey, backup.version);

    const element = await fixture<KeyBackupSyncElement>(html`
      <key-backup-sync lang="en" .client=${client}></key-backup-sync>
    `);
    const { progress } = await whenShown(element, "complete");
    const failures = { malformed: 0, undecryptable: 0, rejected: 0 };
    expect(progress).to.deep.equal({ total: KEYS, downloaded: KEYS, imported: KEYS, failures });
    await element.updateComplete;
    expect(textOf(part(element, "counts"))).to.contain("5,000");
    const bar = one(element, "[role='progressbar']");
    expect([bar.ariaValueNow, bar.ariaValueMax]).to.deep.equal(["5000", "5000"]);
    expect(await countRoomKeys(client)).to.equal(KEYS);
  });
});
