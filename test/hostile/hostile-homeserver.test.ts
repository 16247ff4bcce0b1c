/** Every misbehaviour, one test each, to its end; and that it has done no lasting harm. */
import { expect } from "@open-wc/testing";
import { type KeyBackupSyncController, syncOf } from "../../src/index.js";
import { spooledCount } from "../../src/state.js";
import { scriptedHomeserver } from "../support/scripted-homeserver.js";
import { KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import { isWebKit } from "./engine.js";
import { type Ending, endingOf, KEYS } from "./misbehaviour.js";
import { MISBEHAVIOURS } from "./misbehaviours.js";

/** Whatever a homeserver asks for, it is asked again on the next day: milliseconds. */
const LONGEST_WAIT = 86_400_000 * 1.25;

/** The first state with which a run, for now, comes to an end. Checks the counts on the way. */
function ending(controller: KeyBackupSyncController): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const { state } = controller;
      const { progress } = syncOf(state) ?? {};
      if (progress && spooledCount(progress) < 0) reject(new Error(`Miscounted: ${JSON.stringify(progress)}`));
      if (progress && progress.downloaded > progress.total) reject(new Error("More is downloaded than there is"));
      const end = endingOf(state);
      if (end) resolve(end);
    };
    controller.addEventListener("statechange", look);
    look();
  });
}

describe("A hostile homeserver", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  /** From now on it gives the right answers, and whoever waits need not. */
  async function mend(controller: KeyBackupSyncController): Promise<void> {
    const answers = { [VERSION_PATH]: versionAnswer(scene.backup), [KEYS_PATH]: { json: scene.backup.response } };
    await scene.homeserver.script(answers);
    scene.host.accessToken = "token-3";
    if (controller.state.status === "waiting") dispatchEvent(new Event("online"));
    else await controller.start();
  }

  for (const [topic, misbehaviours] of Object.entries(MISBEHAVIOURS)) {
    describe(`where ${topic}`, () => {
      for (const { name, ends, endsInWebKit, ...answers } of misbehaviours) {
        const end = (isWebKit && endsInWebKit) || ends;
        it(`${name}: ${Object.values(end).slice(0, 2).join(", ")}`, async () => {
          scene = await SyncScene.open({ ...answers, keys: KEYS });
          const controller = scene.controller();
          const started = Date.now();
          await controller.start();
          expect(await ending(controller)).to.deep.equal(end);
          expect(Object.keys(Object.prototype)).to.deep.equal([]);
          const { state } = controller;
          if (state.status === "waiting") expect(state.retryAt).to.be.within(started, Date.now() + LONGEST_WAIT);
          if (state.status === "complete") return;
          await mend(controller);
          await whenStatus(controller, "complete");
          expect(scene.host.imported.size).to.equal(KEYS);
        });
      }
    });
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`that redirects by ${status} to somebody else gives them no token`, async () => {
      const elsewhere = await scriptedHomeserver({ [KEYS_PATH]: { json: { rooms: {} } } });
      const location = `${elsewhere.url}${KEYS_PATH}`;
      scene = await SyncScene.open({ answer: () => ({ status, headers: { location } }) });
      const controller = scene.controller();
      await controller.start();
      expect(await ending(controller)).to.deep.equal({ status: "waiting", reason: "offline" });
      expect(await elsewhere.requests()).to.deep.equal([]);
      await elsewhere.close();
    });
  }

  it("that changes its etag each time sends all keys each time, and each is imported once", async () => {
    let etag = 0;
    scene = await SyncScene.open({
      version: (it) => Array.from({ length: 3 }, () => versionAnswer(it, { etag: String(++etag) })),
    });
    const controller = scene.controller();
    for (let pass = 1; pass <= 3; pass++) {
      await controller.start();
      await whenStatus(controller, "complete", ({ backup }) => backup.etag === String(pass));
    }
    expect(scene.host.importedInAll).to.equal(KEYS);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(3);
  });

  it("that refuses the renewed token, too, is asked twice and not for ever", async () => {
    scene = await SyncScene.open({ answer: () => ({ status: 401, json: { errcode: "M_UNKNOWN_TOKEN" } }) });
    scene.host.renewedToken = "token-2";
    const controller = scene.controller();
    await controller.start();
    expect(await ending(controller)).to.deep.equal({ status: "failed", code: "unauthorized" });
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(2);
  });
});
