import { expect } from "@open-wc/testing";
import * as fc from "fast-check";
import { canResume, canStart, type KeyBackupSyncController, type Status } from "../../src/index.js";
import { nextTask } from "../../src/next-task.js";
import { deferred } from "../support/deferred.js";
import { ImportWatch } from "../support/import-watch.js";
import { HALF, KEYS_PATH, SyncScene, whenStatus } from "../support/sync-scene.js";

type Controller = KeyBackupSyncController;
type Wish = "autoStart" | "start" | "pause" | "resume" | "stop";

describe("Wishes that come before the one before them is granted", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  async function inDownload(): Promise<Controller> {
    scene = await SyncScene.open(HALF);
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
    return controller;
  }

  async function inPause(): Promise<Controller> {
    const controller = await inDownload();
    await controller.pause();
    return controller;
  }

  async function atTheBeginning(): Promise<Controller> {
    scene = await SyncScene.open();
    return scene.controller();
  }

  /** All at once. */
  function ask(controller: Controller, wishes: readonly Wish[]): Promise<unknown> {
    return Promise.all(wishes.map((wish) => controller[wish]()));
  }

  const ends: readonly (readonly [string, () => Promise<Controller>, readonly Wish[], Status])[] = [
    ["in the download", inDownload, ["pause", "stop"], "idle"],
    ["in the download", inDownload, ["stop", "pause"], "idle"],
    ["in the download", inDownload, ["pause", "resume", "pause"], "paused"],
    ["in the download", inDownload, ["pause", "pause"], "paused"],
    ["in a pause", inPause, ["resume", "pause"], "paused"],
    ["in a pause", inPause, ["resume", "stop"], "idle"],
    ["in a pause", inPause, ["stop", "start", "stop"], "idle"],
    ["before anything", atTheBeginning, ["start", "stop"], "idle"],
    ["in the download", inDownload, ["pause", "resume"], "complete"],
    ["in the download", inDownload, ["stop", "start"], "complete"],
    ["before anything", atTheBeginning, ["start", "start"], "complete"],
    ["before anything", atTheBeginning, ["autoStart", "resume"], "complete"],
    ["before anything", atTheBeginning, ["start", "autoStart"], "complete"],
  ];
  for (const [when, begin, wishes, end] of ends) {
    it(`${when}, ${wishes.join(", ")}: ${end}`, async () => {
      const controller = await begin();
      await ask(controller, wishes);
      await whenStatus(controller, end);
      expect(controller.state.status).to.equal(end);
      const again = scene.controller();
      await again.autoStart();
      await whenStatus(again, end);
    });
  }

  it("pause before the backup is known pauses all the same", async () => {
    const controller = await atTheBeginning();
    await ask(controller, ["start", "pause"]);
    expect(controller.state.status).to.be.oneOf(["paused", "idle"]);
    const again = scene.controller();
    await again.autoStart();
    expect(again.state.status).to.equal(controller.state.status);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(0);
  });

  it("pause when the last key is on its way in ends with all keys in", async () => {
    scene = await SyncScene.open();
    const controller = scene.controller();
    const [importing, release] = [deferred<void>(), deferred<number>()];
    scene.host.beforeImport = () => {
      importing.resolve();
      return release.promise;
    };
    await controller.start();
    await importing.promise;
    const paused = controller.pause();
    release.resolve(0);
    await paused;
    expect(controller.state.status).to.be.oneOf(["paused", "complete"]);
    if (controller.state.status === "paused") await controller.resume();
    await whenStatus(controller, "complete");
    expect(scene.host.importedInAll).to.equal(12);
  });

  it("stop ends a run that only looks at what backup there is", async () => {
    scene = await SyncScene.open({ version: () => ({ body: [{ stall: true }] }) });
    const controller = scene.controller();
    await controller.start();
    await controller.stop();
    expect(controller.state.status).to.equal("idle");
  });

  it("start from a listener to the end of the run before starts the next one", async () => {
    scene = await SyncScene.open();
    const controller = scene.controller();
    const again = deferred<void>();
    let times = 0;
    controller.addEventListener("statechange", () => {
      if (controller.state.status === "complete" && ++times === 1) void controller.start().then(again.resolve);
    });
    await controller.start();
    await again.promise;
    await whenStatus(controller, "complete");
    expect(times).to.equal(2);
  });

  it("in three tabs, at random, leave all of them in the same state, with every key in and never two imports at once", async function () {
    this.timeout(120_000);
    const wish = fc.constantFrom<Wish>("autoStart", "start", "pause", "resume", "stop");
    const step = fc.tuple(fc.nat(2), wish, fc.nat(20));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 16 }), async (steps) => {
        scene = await SyncScene.open({ keys: 40 });
        await wishAtRandom(scene, steps);
        await scene.close();
      }),
      { numRuns: 8 },
    );
  });
});

/** Each step is a tab, what it is asked for, and the number of tasks until the next one. */
async function wishAtRandom(scene: SyncScene, steps: readonly (readonly [number, Wish, number])[]): Promise<void> {
  const imports = new ImportWatch();
  let call = 0;
  scene.host.beforeImport = (roomKeys) => {
    imports.gate = nextTask().then(() => nextTask());
    return imports.import(`${++call}`, roomKeys);
  };
  const tabs = [scene.controller(), scene.controller(), scene.controller()] as const;
  const asked: Promise<void>[] = [];
  for (const [tab, wish, tasks] of steps) {
    asked.push((tabs[tab] as Controller)[wish]());
    for (let task = 0; task < tasks; task++) await nextTask();
  }
  await Promise.all(asked);
  await completeFrom(tabs[0]);
  for (const tab of tabs) await whenStatus(tab, "complete");
  for (const tab of tabs) expect(tab.state).to.deep.equal(tabs[0].state);
  expect(scene.host.imported.size).to.equal(40);
  expect(imports.mostAtOnce).to.equal(1);
}

/** Presses the main button until all is done. */
async function completeFrom(tab: Controller): Promise<void> {
  while (tab.state.status !== "complete") {
    if (canResume(tab.state)) await tab.resume();
    else if (canStart(tab.state)) await tab.start();
    await nextTask();
  }
}
