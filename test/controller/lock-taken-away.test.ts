import { expect } from "@open-wc/testing";
import { type KeyBackupSyncController, type KeyBackupSyncState, syncOf } from "../../src/index.js";
import { deferred } from "../support/deferred.js";
import { HALF, KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

type Controller = KeyBackupSyncController;

const KEYS = 40;
/** Room keys of the first batch, before anything is measured. */
const FIRST_BATCH = 16;

describe("A tab whose lock is taken away", () => {
  let scene: SyncScene;
  let shown: KeyBackupSyncState[];

  beforeEach(() => {
    shown = [];
  });

  afterEach(() => scene.close());

  /** Two tabs; the first one has the run. */
  function openTabs(): [Controller, Controller] {
    const tabs: [Controller, Controller] = [scene.controller(), scene.controller()];
    for (const tab of tabs) tab.addEventListener("statechange", () => shown.push(tab.state));
    return tabs;
  }

  /** As WebKit does with the locks of a page that it freezes. Resolves when it is done: with how to give the lock back. */
  async function takeLock(): Promise<() => void> {
    const { userId, deviceId } = scene.host.account;
    const taken = deferred<void>();
    const { promise, resolve } = deferred<void>();
    void navigator.locks.request(`key-backup-sync:${userId}:${deviceId}`, { steal: true }, () => {
      taken.resolve();
      return promise;
    });
    await taken.promise;
    return resolve;
  }

  /** `begun` counts the imports that have begun; none of them ends before `release`. */
  function holdImports(): { readonly begun: () => number; readonly release: () => void } {
    let begun = 0;
    const { promise, resolve } = deferred<number>();
    scene.host.beforeImport = () => {
      begun++;
      return promise;
    };
    return { begun: () => begun, release: () => resolve(0) };
  }

  async function expectAllIn(tabs: readonly Controller[], mostImports: number): Promise<void> {
    for (const tab of tabs) {
      const { progress } = await whenStatus(tab, "complete");
      expect([progress.total, progress.downloaded, progress.imported]).to.deep.equal([KEYS, KEYS, KEYS]);
    }
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(scene.host.importedInAll).to.be.at.most(mostImports);
    const imported = shown.map((state) => syncOf(state)?.progress.imported ?? 0);
    expect(Math.max(...imported)).to.equal(KEYS);
    expect(shown.map(({ status }) => status)).to.not.include("failed");
  }

  it("in the import stops before its next batch, and the other one imports the rest", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const { begun, release } = holdImports();
    const tabs = openTabs();
    await tabs[0].start();
    await until(() => begun() === 1, "no import");
    await whenStatus(tabs[1], "importing");
    (await takeLock())();
    // Both have the same batch in their hands.
    await until(() => begun() === 2, "no import by the other one");
    release();
    await expectAllIn(tabs, KEYS + FIRST_BATCH);
  });

  it("in the import goes on by itself when it gets the lock back, and imports no key twice", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const { begun, release } = holdImports();
    const only = scene.controller();
    only.addEventListener("statechange", () => shown.push(only.state));
    await only.start();
    await until(() => begun() === 1, "no import");
    const giveBack = await takeLock();
    release();
    await until(() => scene.host.importedInAll > 0, "nothing imported");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(scene.host.importedInAll).to.equal(FIRST_BATCH);
    giveBack();
    await expectAllIn([only], KEYS);
  });

  it("while it checks leaves that to the other one", async () => {
    scene = await SyncScene.open({
      keys: KEYS,
      version: (backup) => [slowly(versionAnswer(backup)), versionAnswer(backup)],
    });
    const tabs = openTabs();
    await tabs[0].start();
    await scene.homeserver.requested(VERSION_PATH);
    (await takeLock())();
    await scene.homeserver.release("version");
    await expectAllIn(tabs, KEYS);
  });

  it("in the download leaves that to the other one", async () => {
    scene = await SyncScene.open({ ...HALF, keys: KEYS });
    const tabs = openTabs();
    await tabs[0].start();
    await whenStatus(tabs[1], "downloading", ({ progress }) => progress.downloaded > 0);
    (await takeLock())();
    await scene.homeserver.release("rest");
    await expectAllIn(tabs, KEYS);
  });

  it("while paused stays paused, until it is resumed", async () => {
    scene = await SyncScene.open({ ...HALF, keys: KEYS });
    const tabs = openTabs();
    await tabs[0].start();
    await whenStatus(tabs[1], "downloading", ({ progress }) => progress.downloaded > 0);
    await tabs[0].pause();
    await whenStatus(tabs[1], "paused");
    (await takeLock())();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(tabs.map(({ state }) => state.status)).to.deep.equal(["paused", "paused"]);
    await tabs[1].resume();
    await expectAllIn(tabs, KEYS);
  });

  it("after all is done stays complete", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const tabs = openTabs();
    await tabs[0].start();
    await expectAllIn(tabs, KEYS);
    (await takeLock())();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await expectAllIn(tabs, KEYS);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
    expect(await scene.requestsFor(VERSION_PATH)).to.equal(1);
  });
});

/** Only when `version` is released. */
function slowly({ json }: { readonly json?: unknown }) {
  return { body: [{ until: "version" }, { send: JSON.stringify(json) }] };
}
