import { expect } from "@open-wc/testing";
import { isWebKit } from "../hostile/engine.js";
import { KEYS_PATH, SyncScene, whenStatus } from "../support/sync-scene.js";
import { terminateWorkers } from "../support/terminable-workers.js";

describe("A worker that dies without a word", () => {
  let scene: SyncScene;

  afterEach(() => scene?.close());

  it("in the import costs no key, and no download", async function () {
    if (isWebKit) this.skip();
    scene = await SyncScene.open();
    let deaths = 0;
    scene.host.beforeImport = () => {
      if (deaths++ === 0) terminateWorkers();
      return 0;
    };
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect(progress.imported).to.equal(12);
    expect(scene.host.imported.size).to.equal(12);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("in the download costs no key", async () => {
    scene = await SyncScene.open({
      answer: ({ response }) => {
        const text = JSON.stringify(response);
        const middle = Math.floor(text.length / 2);
        return [{ body: [{ send: text.slice(0, middle) }, { until: "never" }] }, { json: response }];
      },
    });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
    terminateWorkers();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(12);
  });

  it("again and again, but further each time, costs no key", async function () {
    if (isWebKit) this.skip();
    scene = await SyncScene.open({ keys: 60 });
    let imports = 0;
    scene.host.beforeImport = () => {
      if (++imports % 2 === 0) terminateWorkers();
      return 0;
    };
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(60);
    expect(imports).to.be.at.least(4);
  });

  it("again and again at the same place ends in a fault that can be tried again", async function () {
    if (isWebKit) this.skip();
    scene = await SyncScene.open();
    let isDeadly = true;
    scene.host.beforeImport = () => {
      if (isDeadly) terminateWorkers();
      return 0;
    };
    const controller = scene.controller();
    await controller.start();
    const { error } = await whenStatus(controller, "failed");
    expect(error.code).to.equal("worker-crashed");
    expect(error.nextMove).to.equal("try-again");
    isDeadly = false;
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(12);
  });
});
