import { expect } from "@open-wc/testing";
import type * as TabPage from "../support/harness/tab-page.js";
import { openHarness } from "../support/harness.js";
import { ImportWatch } from "../support/import-watch.js";
import { SyncScene, whenStatus } from "../support/sync-scene.js";

describe("A page that lacks something", () => {
  let scene: SyncScene;

  beforeEach(async () => {
    scene = await SyncScene.open();
    (window as unknown as TabPage.TabsWindow).imports = new ImportWatch();
  });

  afterEach(() => scene.close());

  async function openPage(parameters: Readonly<Record<string, string>> = {}) {
    const { homeserverUrl, userId } = scene.host.account;
    const { decryptionKey } = scene.backup;
    const module = "/test/support/harness/tab-page.ts";
    return openHarness<typeof TabPage>(module, { homeserverUrl, userId, decryptionKey, tab: "only", ...parameters });
  }

  it("namely Web Locks, runs as if it were the only one", async () => {
    const page = await openPage();
    Object.defineProperty(page.window.navigator, "locks", { value: undefined });
    await page.exports.controller.start();
    const { progress } = await whenStatus(page.exports.controller, "complete");
    expect(progress.imported).to.equal(12);
    page.remove();
  });

  it("namely a policy that lets the worker in, says that it is for the app's developer to mend", async () => {
    const page = await openPage({ policy: "worker-src 'none'" });
    await page.exports.controller.start();
    const { error } = await whenStatus(page.exports.controller, "failed");
    expect([error.code, error.nextMove]).to.deep.equal(["worker-unavailable", "tell-app-developer"]);
    page.remove();
  });

  it("namely leave to start a worker from a string, starts it by the policy for Trusted Types", async () => {
    const page = await openPage({ policy: "require-trusted-types-for 'script'; trusted-types key-backup-sync" });
    const { Worker: before } = page.window;
    await page.exports.controller.start();
    const { progress } = await whenStatus(page.exports.controller, "complete");
    expect(progress.imported).to.equal(12);
    expect(page.window.Worker, "the constructor").to.equal(before);
    page.remove();
  });
});
