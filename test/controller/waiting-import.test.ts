import { expect } from "@open-wc/testing";
import { HALF, SyncScene, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

/** Milliseconds. */
const WATCHED_FOR = 1000;
/** Messages from the page to its worker that a page without anything to do may send in that time. */
const FEW = 5;

/** The messages that workers get from this page in that time. */
async function messagesWithin(milliseconds: number): Promise<number> {
  const { postMessage } = Worker.prototype;
  let messages = 0;
  Worker.prototype.postMessage = function (this: Worker, ...args: unknown[]) {
    messages++;
    return Reflect.apply(postMessage, this, args);
  };
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  Worker.prototype.postMessage = postMessage;
  return messages;
}

describe("An import that has caught up with the download", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  it("leaves the device alone until more keys arrive, then imports every key", async () => {
    scene = await SyncScene.open({ ...HALF, keys: 60 });
    const controller = scene.controller();
    await controller.start();
    await until(() => scene.host.imported.size > 0, "No import beside the download");
    const isQuiet = async () => (await messagesWithin(WATCHED_FOR)) <= FEW;
    await until(isQuiet, "The page keeps asking its worker");
    expect(controller.state.status).to.equal("downloading");
    await scene.homeserver.release("rest");
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(60);
  });
});
