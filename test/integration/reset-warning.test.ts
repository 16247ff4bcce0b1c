/** From the call that would destroy the backup to the keys in the store, with nothing in between that is not real. */
import { expect, fixture, html } from "@open-wc/testing";
import type { MatrixClient } from "matrix-js-sdk";
import "../../components/index.js";
import type { KeyBackupSyncElement } from "../../components/index.js";
import { controllerFor, guardBackupReset } from "../../src/index.js";
import { all, button, one, press, settled, textOf } from "../components/on-page.js";
import { countRoomKeys, cryptoOf, learnDecryptionKey, openMatrixClient } from "../support/matrix-client.js";
import { type SeededKeyBackup, startSynapseForTest } from "../support/test-synapse.js";
import { until } from "../support/until.js";

const KEYS = 200;

describe("A reset of a backup that nothing is downloaded of", () => {
  let client: MatrixClient;
  let backup: SeededKeyBackup;
  let element: KeyBackupSyncElement;
  let outcome: string;

  beforeEach(async () => {
    const synapse = await startSynapseForTest();
    const user = await synapse.registerUser("keeper", "correct horse battery staple");
    backup = await synapse.seedKeyBackup({ userId: user.userId, keys: KEYS });
    client = await openMatrixClient(synapse.url, user);
    element = await fixture(html`<key-backup-sync manual lang="en" .client=${client}></key-backup-sync>`);
    guardBackupReset(client, element);
  });

  afterEach(() => {
    controllerFor(client).close();
    client.stopClient();
  });

  const presentVersion = async () => (await cryptoOf(client).checkKeyBackupAndEnable())?.backupInfo.version;
  const offers = (name: string) => all(element, "button").some((it) => textOf(it) === name);

  async function reset(): Promise<void> {
    outcome = "";
    cryptoOf(client)
      .resetKeyBackup()
      .then(
        () => {
          outcome = "done";
        },
        ({ code }) => {
          outcome = code;
        },
      );
    await until(() => offers("Reset anyway…"), "The person is asked");
    await settled(element);
  }

  it("waits until every key is in the crypto store, and asks once more", async () => {
    await learnDecryptionKey(client, backup.decryptionKey, backup.version);
    await reset();
    expect(textOf(one(element, "dialog[open]"))).to.contain("200 keys are only in the backup");
    expect(await countRoomKeys(client)).to.equal(0);
    await press(button(element, "Finish first, then reset"));
    await until(() => offers("Reset"), "The person is asked once more");
    expect(await countRoomKeys(client)).to.equal(KEYS);
    expect(await presentVersion()).to.equal(backup.version);
    await settled(element);
    await press(button(element, "Reset"));
    await until(() => outcome !== "", "The reset ends");
    expect(outcome).to.equal("done");
    expect(await presentVersion()).not.to.equal(backup.version);
  });

  it("does not go on without the recovery key", async () => {
    await reset();
    await press(button(element, "Finish first, then reset"));
    await until(() => offers("Back") && offers("Enter recovery key"), "It waits");
    expect(outcome).to.equal("");
    expect(all(element, "dialog[open]")).to.have.lengthOf(0);
    await press(button(element, "Cancel"));
    await until(() => outcome !== "", "The reset ends");
    expect(outcome).to.equal("reset-declined");
    expect(await presentVersion()).to.equal(backup.version);
  });

  it("is done when the person agrees to lose the keys", async () => {
    await reset();
    await press(button(element, "Reset anyway…"));
    await settled(element);
    await press(all(element, "[type='checkbox']")[0] as HTMLElement);
    await settled(element);
    await press(button(element, "Reset and lose keys"));
    await until(() => outcome !== "", "The reset ends");
    expect(outcome).to.equal("done");
    expect(await presentVersion()).not.to.equal(backup.version);
  });
});
