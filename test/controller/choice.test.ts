import { expect } from "@open-wc/testing";
import { deferred } from "../support/deferred.js";
import { timeOf } from "../support/slow-line.js";
import { KEYS_PATH, SyncScene, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

/** The first half of the answer, then nothing more until it is released. */
async function sceneInDownload(): Promise<SyncScene> {
  return SyncScene.open({
    answer: ({ response }) => {
      const text = JSON.stringify(response);
      const middle = Math.floor(text.length / 2);
      return [
        { body: [{ send: text.slice(0, middle) }, { until: "rest" }, { send: text.slice(middle) }] },
        { json: response },
      ];
    },
  });
}

describe("Pause, resume and stop", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  it("keep what is downloaded over a pause", async () => {
    scene = await sceneInDownload();
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
    await controller.pause();
    expect(controller.state.status).to.equal("paused");
    await controller.resume();
    await whenStatus(controller, "complete");
    expect(scene.host.importedInAll).to.equal(12);
  });

  it("leave no request open over a pause", async () => {
    scene = await sceneInDownload();
    const controller = scene.controller();
    await controller.start();
    await scene.homeserver.requested(KEYS_PATH);
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
    await controller.pause();
    await until(async () => (await scene.homeserver.requested(KEYS_PATH))[0]?.outcome === "aborted", "still open");
  });

  it("are answered also while the client waits for a new access token", async () => {
    scene = await SyncScene.open({ answer: () => ({ status: 401, json: { errcode: "M_UNKNOWN_TOKEN" } }) });
    scene.host.renewedToken = new Promise<never>(() => {});
    const controller = scene.controller();
    await controller.start();
    await scene.homeserver.requested(KEYS_PATH);
    await controller.pause();
    await controller.stop();
    expect(controller.state.status).to.equal("idle");
  });

  it("stay paused when the page opens again", async () => {
    scene = await SyncScene.open({ knowsKey: false });
    const before = scene.controller();
    await before.start();
    await whenStatus(before, "waiting");
    await before.pause();
    before.close();
    const controller = scene.controller();
    await controller.autoStart();
    expect(controller.state.status).to.equal("paused");
  });

  it("stay stopped when the page opens again, with nothing kept", async () => {
    scene = await SyncScene.open({ knowsKey: false });
    const before = scene.controller();
    await before.start();
    await whenStatus(before, "waiting");
    await before.stop();
    before.close();
    const controller = scene.controller();
    await controller.autoStart();
    expect(controller.state.status).to.equal("idle");
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    await controller.start();
    await whenStatus(controller, "complete");
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(2);
  });

  it("end a pause in the import with no batch half settled", async () => {
    scene = await SyncScene.open({ keys: 400 });
    const controller = scene.controller();
    const importing = deferred<void>();
    scene.host.beforeImport = () => {
      importing.resolve();
      return 0;
    };
    await controller.start();
    await importing.promise;
    await controller.pause();
    await controller.resume();
    await whenStatus(controller, "complete");
    expect(scene.host.importedInAll).to.equal(400);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("do not wait for the rest that a gentle import takes", async () => {
    scene = await SyncScene.open({ keys: 100 });
    const imported = deferred<void>();
    // A slow device: the import rests for twice that time.
    scene.host.beforeImport = async () => {
      await sleep(1000);
      imported.resolve();
      return 0;
    };
    const controller = scene.controller();
    controller.intensity = "gentle";
    await controller.start();
    await imported.promise;
    const time = await timeOf(() => controller.pause());
    expect(time).to.be.at.most(500);
    expect(controller.state.status).to.equal("paused");
  });

  it("reject nothing that nobody listens to", async () => {
    scene = await SyncScene.open({ keys: 400 });
    const unheard: unknown[] = [];
    const note = ({ reason }: PromiseRejectionEvent) => unheard.push(reason);
    addEventListener("unhandledrejection", note);
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "importing", ({ progress }) => progress.imported > 0);
    await controller.pause();
    await new Promise((resolve) => setTimeout(resolve));
    removeEventListener("unhandledrejection", note);
    expect(unheard).to.deep.equal([]);
  });
});

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
