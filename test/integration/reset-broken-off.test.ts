/** A page that is gone between the end of the old backup and the beginning of the new one, with a real client and a real Synapse. */
import { expect } from "@open-wc/testing";
import { all, button, settled, textOf } from "../components/on-page.js";
import type * as GuardedPage from "../support/harness/guarded-page.js";
import { openHarness } from "../support/harness.js";
import { startSynapseForTest } from "../support/test-synapse.js";
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
    button(page.exports.element, "Finish the reset").click();
    await until(() => page.exports.element.state.status === "complete", "There is a new backup");
    expect(await presentVersion()).not.to.be.oneOf([null, backup.version]);
    expect(await page.exports.countRoomKeys()).to.equal(KEYS);
    page.exports.close();
    page.remove();
  });
});
