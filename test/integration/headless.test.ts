/** A client that starts the download where it is made, with no element on the page, and a real homeserver. */
import { expect } from "@open-wc/testing";
import { createClient, type MatrixClient } from "matrix-js-sdk";
import { startKeyBackupSync } from "../../components/index.js";
import { controllerFor, guardRestore } from "../../src/index.js";
import { all, button, one, press, textOf } from "../components/on-page.js";
import { quiet } from "../support/client-crypto.js";
import { countRoomKeys, cryptoOf, learnDecryptionKey } from "../support/matrix-client.js";
import { type SeededKeyBackup, startSynapseForTest } from "../support/test-synapse.js";
import { until } from "../support/until.js";

const KEYS = 20;

describe("A client without an element on the page", () => {
  let client: MatrixClient;
  let backup: SeededKeyBackup;
  let end: () => void;

  before(async () => {
    const synapse = await startSynapseForTest();
    const user = await synapse.registerUser("headless", "correct horse battery staple");
    backup = await synapse.seedKeyBackup({ userId: user.userId, keys: KEYS });
    client = createClient({ baseUrl: synapse.url, ...user, logger: quiet, disableVoip: true });
    // As where the client is made: its crypto comes later.
    end = startKeyBackupSync(client, { manual: true });
    await client.initRustCrypto({ cryptoDatabasePrefix: `test-${user.deviceId}` });
  });

  after(() => {
    end();
    controllerFor(client).close();
    client.stopClient();
  });

  const dialogs = () => [...document.querySelectorAll("key-backup-sync")].flatMap((it) => all(it, "dialog[open]"));
  const presentVersion = async () => (await cryptoOf(client).checkKeyBackupAndEnable())?.backupInfo.version;

  it("is asked before a reset in a dialog that comes by itself, and goes", async () => {
    await until(() => Object.hasOwn(cryptoOf(client), "resetKeyBackup"), "The guard is on");
    let outcome = "";
    cryptoOf(client)
      .resetKeyBackup()
      .catch(({ code }) => {
        outcome = code;
      });
    await until(() => dialogs().some((it) => textOf(it).includes(`${KEYS} keys`)), "The person is asked");
    const element = one(document.body, "key-backup-sync");
    await press(button(element, "Finish first, then reset"));
    await until(() => all(element, "[part~='finishing']").length === 1, "It waits in a corner of the page");
    expect(all(element, "[part~='finishing']")[0]?.getBoundingClientRect().bottom).to.be.lessThan(innerHeight);
    await press(button(element, "Cancel"));
    await until(() => outcome !== "", "The reset ends");
    expect(outcome).to.equal("reset-declined");
    expect(document.querySelector("key-backup-sync")).to.equal(null);
    expect(await presentVersion()).to.equal(backup.version);
  });

  it("has its own restore answered by the run, and its keys once", async () => {
    end();
    end = startKeyBackupSync(client);
    const takeOff = guardRestore(client);
    await until(() => controllerFor(client).state.status === "waiting", "The run waits for the decryption key");
    await learnDecryptionKey(client, backup.decryptionKey, backup.version);
    const told: number[] = [];
    const result = await cryptoOf(client).restoreKeyBackup({
      progressCallback: (progress) => {
        if (progress.stage === "load_keys") told.push(progress.successes);
      },
    });
    takeOff();
    expect(result).to.deep.equal({ total: KEYS, imported: KEYS });
    expect(told.at(-1)).to.equal(KEYS);
    expect(controllerFor(client).state.status).to.equal("complete");
    expect(await countRoomKeys(client)).to.equal(KEYS);
  });
});
