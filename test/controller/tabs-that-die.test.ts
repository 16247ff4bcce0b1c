import { expect } from "@open-wc/testing";
import { deferred } from "../support/deferred.js";
import type * as TabPage from "../support/harness/tab-page.js";
import { type HarnessPage, openHarness } from "../support/harness.js";
import { ImportWatch } from "../support/import-watch.js";
import { KEYS_PATH, SyncScene, VERSION_PATH, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

type Tab = HarnessPage<typeof TabPage>;

const KEYS = 40;
/** Milliseconds. On a machine with time to spare it is a fraction of that. */
const TAKE_OVER = 2000;

describe("A tab that dies", () => {
  let scene: SyncScene;
  let imports: ImportWatch;
  let tabs: Tab[];

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS });
    imports = new ImportWatch();
    tabs = [];
    (window as unknown as TabPage.TabsWindow).imports = imports;
  });

  afterEach(async () => {
    for (const tab of tabs) tab.remove();
    await scene.close();
  });

  async function openTab(tab: string): Promise<Tab> {
    const { homeserverUrl, userId } = scene.host.account;
    const { decryptionKey } = scene.backup;
    const page = await openHarness<typeof TabPage>("/test/support/harness/tab-page.ts", {
      homeserverUrl,
      userId,
      decryptionKey,
      tab,
    });
    tabs.push(page);
    return page;
  }

  /** The first one is in the midst of an import, which does not end before `release`; the others show it. */
  async function openInImport(...names: string[]): Promise<{ opened: Tab[]; release: () => void }> {
    const { promise, resolve } = deferred<void>();
    imports.gate = promise;
    const opened: Tab[] = [];
    for (const name of names) {
      const tab = await openTab(name);
      opened.push(tab);
      void tab.exports.controller.autoStart();
      await whenStatus(tab.exports.controller, "importing");
    }
    return { opened, release: resolve };
  }

  function die(tab: Tab, name: string): void {
    tab.remove();
    imports.gone(name);
  }

  function expectAllIn(): void {
    expect(imports.sessionIds.size).to.equal(KEYS);
    expect(imports.mostAtOnce).to.equal(1);
  }

  it("leaves its run to another one within two seconds, and nothing is downloaded again", async () => {
    const { opened, release } = await openInImport("first", "second");
    const [first, second] = opened as [Tab, Tab];
    const takenOver = whenStatus(second.exports.controller, "checking");
    const died = performance.now();
    die(first, "first");
    await takenOver;
    expect(performance.now() - died).to.be.below(TAKE_OVER);
    release();
    const { progress } = await whenStatus(second.exports.controller, "complete");
    expect(progress.imported).to.equal(KEYS);
    expectAllIn();
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("leaves its run to one of two, which the other one shows and goes on with in turn", async () => {
    const { opened, release } = await openInImport("first", "second", "third");
    const [first, second, third] = opened as [Tab, Tab, Tab];
    die(first, "first");
    await until(() => imports.importing.size > 0, "nobody took over");
    const [heir, name, last] = imports.importing.has("second")
      ? ([second, "second", third] as const)
      : ([third, "third", second] as const);
    await whenStatus(last.exports.controller, "importing");
    die(heir, name);
    release();
    await whenStatus(last.exports.controller, "complete");
    expectAllIn();
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("by a reload shows, once it is back, what the other one does", async () => {
    const { opened, release } = await openInImport("first", "second");
    const [first, second] = opened as [Tab, Tab];
    const takenOver = whenStatus(second.exports.controller, "checking");
    const reloaded = first.reload();
    imports.gone("first");
    await Promise.all([takenOver, reloaded]);
    void first.exports.controller.autoStart();
    await whenStatus(first.exports.controller, "importing");
    release();
    for (const tab of [first, second]) await whenStatus(tab.exports.controller, "complete");
    expectAllIn();
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("after all is done leaves nothing to do", async () => {
    const { opened, release } = await openInImport("first", "second");
    const [first, second] = opened as [Tab, Tab];
    release();
    await whenStatus(second.exports.controller, "complete");
    die(first, "first");
    await second.exports.controller.pause();
    expect(second.exports.controller.state.status).to.equal("complete");
    expect(await scene.requestsFor(VERSION_PATH)).to.equal(1);
  });

  it("after it was asked to pause, but before it could, leaves the pause to who asked for it", async () => {
    const { opened, release } = await openInImport("first", "second");
    const [first, second] = opened as [Tab, Tab];
    const paused = second.exports.controller.pause();
    die(first, "first");
    await paused;
    expect(second.exports.controller.state.status).to.equal("paused");
    release();
    await second.exports.controller.resume();
    await whenStatus(second.exports.controller, "complete");
    expectAllIn();
  });

  it("leaves what another one asked of it to whichever takes over", async () => {
    const { opened, release } = await openInImport("first", "second", "third");
    const [first, second, third] = opened as [Tab, Tab, Tab];
    const takenOver = whenStatus(second.exports.controller, "checking");
    const paused = third.exports.controller.pause();
    die(first, "first");
    // The third one may be the heir itself.
    await Promise.race([takenOver, paused]);
    await Promise.race([paused, nextWish()]);
    release();
    await paused;
    for (const tab of [second, third]) await whenStatus(tab.exports.controller, "paused");
  });

  /** Resolves when a tab asks another one for something, or asks again. */
  async function nextWish(): Promise<void> {
    const { userId, deviceId } = scene.host.account;
    const channel = new BroadcastChannel(`key-backup-sync:${userId}:${deviceId}`);
    await new Promise<void>((resolve) => {
      channel.addEventListener("message", ({ data }: MessageEvent<{ type: string }>) => {
        if (data.type === "wish") resolve();
      });
    });
    channel.close();
  }
});
