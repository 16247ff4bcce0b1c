/** A page that is gone between the end of the old backup and the beginning of the new one, with a real client and a real Synapse. */
import { BackupDecryptionKey, DeviceId, initAsync, OlmMachine, UserId } from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import "../../components/index.js";
import { fromOlmMachine } from "../../src/from-olm-machine.js";
import { KeyBackupSyncController } from "../../src/index.js";
import { all, button, settled, textOf } from "../components/on-page.js";
import type * as GuardedPage from "../support/harness/guarded-page.js";
import { openHarness } from "../support/harness.js";
import { type RegisteredUser, startSynapseForTest } from "../support/test-synapse.js";
import { until } from "../support/until.js";

const KEYS = 20;

describe("A reset that a reload breaks off", () => {
  it("is known for what it is, and finished by a press, with every key still here", async () => {
    const synapse = await startSynapseForTest();
    const user = await synapse.registerUser("keeper", "correct horse battery staple");
    const backup = await synapse.seedKeyBackup({ userId: user.userId, keys: KEYS, rooms: 2 });
    const page = await openHarness<typeof GuardedPage>("/test/support/harness/guarded-page.ts", {
      url: synapse.url,
      ...user,
    });
    const shows = (name: string) => all(page.exports.element, "button").some((it) => textOf(it) === name);
    const presentVersion = async () => {
      const headers = { authorization: `Bearer ${user.accessToken}` };
      const response = await fetch(`${synapse.url}/_matrix/client/v3/room_keys/version`, { headers });
      return response.ok ? (await response.json()).version : null;
    };
    await page.exports.learnDecryptionKey(backup.decryptionKey, backup.version);
    await until(() => page.exports.element.state.status === "complete", "All keys are here");

    await page.exports.resetHalfway();
    await until(() => page.exports.element.state.status === "resetting", "It is shown");
    expect(await presentVersion()).to.equal(null);

    await page.reload();
    await until(() => shows("Finish the reset"), "It did not finish");
    await settled(page.exports.element);
    const leaving = page.exports.element.confirmLogout();
    await until(() => shows("Log out anyway…"), "It is asked before logging out");
    button(page.exports.element, "Cancel").click();
    expect(await leaving).to.equal(false);
    button(page.exports.element, "Finish the reset").click();
    await until(() => page.exports.element.state.status === "complete", "There is a new backup");
    expect(await presentVersion()).not.to.be.oneOf([null, backup.version]);
    expect(await page.exports.countRoomKeys()).to.equal(KEYS);
    page.exports.close();
    page.remove();
  });

  it("is asked about before logging out with an OlmMachine, too, whether or not anything was started since", async () => {
    const synapse = await startSynapseForTest();
    const user = await synapse.registerUser("machine", "correct horse battery staple");
    const backup = await synapse.seedKeyBackup({ userId: user.userId, keys: KEYS, rooms: 2 });
    const store = `test-${crypto.randomUUID()}`;
    const before = await openMachine(synapse.url, user, store);
    await before.machine.saveBackupDecryptionKey(BackupDecryptionKey.fromBase64(backup.decryptionKey), backup.version);
    await before.machine.enableBackupV1(backup.publicKey, backup.version);
    const broken = before.controller.duringReset(async () => {
      const headers = { authorization: `Bearer ${user.accessToken}` };
      const path = `/_matrix/client/v3/room_keys/version/${backup.version}`;
      await fetch(`${synapse.url}${path}`, { method: "DELETE", headers });
      throw new Error("The page is gone");
    });
    await broken.catch(() => {});
    before.close();

    const after = await openMachine(synapse.url, user, store);
    const element = document.createElement("key-backup-sync");
    Object.assign(element, { lang: "en", manual: true, controller: after.controller });
    document.body.append(element);
    await element.updateComplete;
    const leaving = element.confirmLogout();
    await until(() => all(element, "button").some((it) => textOf(it) === "Log out anyway…"), "It is asked");
    expect(textOf(all(element, "#message")[0] as HTMLElement)).to.contain("did not finish");
    button(element, "Cancel").click();
    expect(await leaving).to.equal(false);
    element.remove();
    after.close();
  });
});

async function openMachine(homeserver: string, { userId, deviceId, accessToken }: RegisteredUser, store: string) {
  await initAsync();
  const machine = await OlmMachine.initialize(new UserId(userId), new DeviceId(deviceId), store);
  const host = fromOlmMachine(machine, { homeserver, userId, deviceId, accessToken });
  const controller = new KeyBackupSyncController(host);
  const close = () => {
    controller.close();
    machine.close();
  };
  return { machine, controller, close };
}
