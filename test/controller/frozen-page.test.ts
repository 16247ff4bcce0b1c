import { expect } from "@open-wc/testing";
import { deferred } from "../support/deferred.js";
import type * as TabPage from "../support/harness/tab-page.js";
import { type HarnessPage, openHarness } from "../support/harness.js";
import { ImportWatch } from "../support/import-watch.js";
import { KEYS_PATH, SyncScene, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

type Tab = HarnessPage<typeof TabPage>;

const KEYS = 40;

/** What a browser tells a page: before it freezes it, and when the page goes on. */
const WAYS = {
  "that enters the back/forward cache": [pageTransition("pagehide"), pageTransition("pageshow")],
  "that is frozen": [lifecycle("freeze"), lifecycle("resume")],
} as const;

function pageTransition(type: string) {
  return ({ window }: Tab) => window.dispatchEvent(new window.PageTransitionEvent(type, { persisted: true }));
}

function lifecycle(type: string) {
  return ({ window }: Tab) => window.document.dispatchEvent(new window.Event(type));
}

for (const [way, [freeze, goOn]] of Object.entries(WAYS))
  describe(`A page ${way}`, () => {
    let scene: SyncScene;
    let imports: ImportWatch;
    let tabs: Tab[];
    let release: () => void;

    beforeEach(async () => {
      scene = await SyncScene.open({ keys: KEYS });
      imports = new ImportWatch();
      const { promise, resolve } = deferred<void>();
      imports.gate = promise;
      release = resolve;
      tabs = [];
      (window as unknown as TabPage.TabsWindow).imports = imports;
    });

    afterEach(async () => {
      for (const tab of tabs) tab.remove();
      await scene.close();
    });

    async function openInImport(name: string): Promise<Tab> {
      const { homeserverUrl, userId } = scene.host.account;
      const { decryptionKey } = scene.backup;
      const parameters = { homeserverUrl, userId, decryptionKey, tab: name };
      const tab = await openHarness<typeof TabPage>("/test/support/harness/tab-page.ts", parameters);
      tabs.push(tab);
      void tab.exports.controller.autoStart();
      await whenStatus(tab.exports.controller, "importing");
      return tab;
    }

    /** The locks of this library: that of the run, and those of its workers. */
    async function locksHeld(): Promise<number> {
      const { held = [], pending = [] } = await navigator.locks.query();
      return [...held, ...pending].filter(({ name }) => isOurs(name ?? "")).length;
    }

    /** How many wait for the lock of the run. */
    async function inLine(): Promise<number> {
      const { pending = [] } = await navigator.locks.query();
      return pending.filter(({ name }) => name?.includes(scene.host.account.userId)).length;
    }

    const isOurs = (name: string) => name.includes(scene.host.account.userId) || name.includes(":worker:");

    it("lets go of its lock and its worker, and takes up the run again afterwards", async () => {
      const others = await locksHeld();
      const tab = await openInImport("only");
      freeze(tab);
      release();
      await until(async () => (await locksHeld()) <= others, "still held");
      const before = imports.importedInAll;
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(before).to.be.below(KEYS);
      expect(imports.importedInAll).to.equal(before);
      goOn(tab);
      const { progress } = await whenStatus(tab.exports.controller, "complete");
      expect(progress.imported).to.equal(KEYS);
      expect(imports.importedInAll).to.equal(KEYS);
      expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
    });

    it("leaves the run to another tab, and shows afterwards how it ended", async () => {
      const first = await openInImport("first");
      const second = await openInImport("second");
      freeze(first);
      release();
      await whenStatus(second.exports.controller, "complete");
      expect(first.exports.controller.state.status).to.equal("importing");
      goOn(first);
      const { progress } = await whenStatus(first.exports.controller, "complete");
      expect(progress.imported).to.equal(KEYS);
      expect(imports.importedInAll).to.equal(KEYS);
      expect(imports.mostAtOnce).to.equal(1);
    });

    it("while another tab has the run is not in line for the lock", async () => {
      await openInImport("first");
      const second = await openInImport("second");
      await until(async () => (await inLine()) === 1, "not in line");
      freeze(second);
      await until(async () => (await inLine()) === 0, "still in line");
      release();
      await whenStatus((tabs[0] as Tab).exports.controller, "complete");
      goOn(second);
      await whenStatus(second.exports.controller, "complete");
      expect(imports.importedInAll).to.equal(KEYS);
    });
  });
