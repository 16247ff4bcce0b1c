import { expect } from "@open-wc/testing";
import { deferred } from "../support/deferred.js";
import type { Step } from "../support/scripted-homeserver.js";
import { KEYS_PATH, SyncScene, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

const KEYS = 60;

/** So much of the answer, then what breaks it; the whole of it from the second time on. */
function sceneBrokenBy(...breaks: readonly Step[]): Promise<SyncScene> {
  return SyncScene.open({
    keys: KEYS,
    answer: ({ response }) => {
      const text = JSON.stringify(response);
      return [{ body: [{ send: text.slice(0, Math.floor(text.length * 0.6)) }, ...breaks] }, { json: response }];
    },
  });
}

describe("A download that breaks off", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  const breaks: readonly (readonly [string, readonly Step[]])[] = [
    ["by a lost connection", [{ until: "seen" }, { cut: true }]],
    ["by a connection closed in good order", [{ until: "seen" }, { hangUp: true }]],
    ["by an answer that just ends", []],
  ];
  for (const [how, steps] of breaks) {
    it(`${how} waits, then goes on; every key is imported once`, async () => {
      scene = await sceneBrokenBy(...steps);
      const controller = scene.controller();
      await controller.start();
      if (steps.length > 0) {
        await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
        await scene.homeserver.release("seen");
      }
      const waiting = await whenStatus(controller, "waiting");
      expect(waiting.reason).to.equal("offline");
      expect(waiting.sync?.progress.downloaded).to.be.greaterThan(0);
      await whenStatus(controller, "complete");
      expect(scene.host.imported.size).to.equal(KEYS);
      expect(scene.host.importedInAll).to.equal(KEYS);
    });
  }

  it("at the same byte three times is not asked for again: the homeserver has no more to say", async () => {
    scene = await SyncScene.open({
      keys: KEYS,
      answer: ({ response }) => ({ body: JSON.stringify(response).slice(0, 30_000) }),
    });
    const imports = deferred<number>();
    scene.host.beforeImport = () => imports.promise;
    const controller = scene.controller();
    await controller.start();
    for (const requests of [1, 2]) {
      await until(async () => (await scene.requestsFor(KEYS_PATH)) === requests);
      await whenStatus(controller, "waiting");
      dispatchEvent(new Event("online"));
    }
    // Nothing more is waited for.
    await whenStatus(controller, "importing");
    imports.resolve(0);
    const { error, sync } = await whenStatus(controller, "failed");
    expect(error.code).to.equal("malformed-response");
    // What did come is imported all the same.
    expect(sync?.progress.imported).to.be.greaterThan(KEYS / 3);
    expect(scene.host.imported.size).to.equal(sync?.progress.imported);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(3);
  });

  it("and comes again in another order loses no key", async () => {
    scene = await SyncScene.open({
      keys: KEYS,
      answer: ({ response }) => {
        const text = JSON.stringify(response);
        const reversed = Object.fromEntries(Object.entries(response.rooms).reverse());
        return [
          { body: [{ send: text.slice(0, Math.floor(text.length * 0.6)) }, { until: "seen" }, { cut: true }] },
          { json: { rooms: reversed } },
        ];
      },
    });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
    await scene.homeserver.release("seen");
    const { progress } = await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(progress.imported).to.equal(KEYS);
  });

  it("by silence is given up after half a minute, and begun again", async function () {
    this.timeout(90_000);
    scene = await sceneBrokenBy({ stall: true });
    const controller = scene.controller();
    await controller.start();
    const waiting = await whenStatus(controller, "waiting");
    expect(waiting.sync?.progress.downloaded).to.be.greaterThan(0);
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(KEYS);
  });

  it("goes on with another controller from what was safe, after the page is gone", async () => {
    scene = await sceneBrokenBy({ until: "never" });
    const before = scene.controller();
    await before.start();
    await whenStatus(before, "downloading", ({ progress }) => progress.downloaded > 0);
    before.close();
    const controller = scene.controller();
    await controller.autoStart();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(2);
  });
});
