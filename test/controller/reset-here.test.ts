/** What the crypto store takes for backed up, and is not: keys that went in just when their backup was replaced. */
import { expect } from "@open-wc/testing";
import { type KeyBackup, makeKeyBackup } from "../support/room-keys.mjs";
import { KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

const KEYS = 40;
const NEXT = 3;
/** In neither backup, whatever the crypto store believes. */
const SEEMINGLY = 5;

describe("A reset here, in mid-import", () => {
  let scene: SyncScene;
  let next: KeyBackup;

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS });
    next = await makeKeyBackup({ keys: NEXT, rooms: 1 });
  });

  afterEach(() => scene.close());

  /** The homeserver has the new backup. The client is not at it yet: it uploads to none. */
  async function replaceInMidImport() {
    const controller = scene.controller();
    let isFirst = true;
    const replaced = new Promise<void>((resolve) => {
      scene.host.beforeImport = async () => {
        if (!isFirst) return 0;
        isFirst = false;
        await scene.replaceBackup("2", next);
        scene.host.learnDecryptionKey(next.decryptionKey);
        scene.host.hearOfBackup();
        await scene.homeserver.requested(VERSION_PATH, 2);
        resolve();
        return 0;
      };
    });
    await controller.start();
    await replaced;
    return controller;
  }

  function uploadToNext(): void {
    scene.host.backedUp = { version: "2", count: NEXT + SEEMINGLY };
    scene.host.hearOfBackup();
  }

  it("backs up what only seems to be, also when the client is at the new backup just before the run ends", async () => {
    const controller = await replaceInMidImport();
    scene.host.beforeImport = (roomKeys) => {
      if (roomKeys.some(({ session_id }) => session_id === next.roomKeys[0]?.session_id)) uploadToNext();
      return 0;
    };
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
    await until(() => scene.host.backedUpAgain === 1, "It is backed up again");
  });

  it("backs up what only seems to be, also when the client is at the new backup after the run", async () => {
    const controller = await replaceInMidImport();
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
    uploadToNext();
    await until(() => scene.host.backedUpAgain === 1, "It is backed up again");
  });
});

describe("A backup that is made just after the homeserver said that there is none", () => {
  it("is found by the same run, which the client's word of it was too early for", async () => {
    const scene = await SyncScene.open({ keys: KEYS });
    await scene.homeserver.script({
      [VERSION_PATH]: [{ status: 404, json: { errcode: "M_NOT_FOUND" } }, versionAnswer(scene.backup)],
      [KEYS_PATH]: { json: scene.backup.response },
    });
    scene.host.uploadsTo = "1";
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect(progress.imported).to.equal(KEYS);
    await scene.close();
  });
});

describe("Where all keys are in the backup that the client uploads to", () => {
  it("nothing is backed up again, and nothing asked for it", async () => {
    const scene = await SyncScene.open({ keys: KEYS });
    scene.host.uploadsTo = "1";
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    await controller.assessReset();
    // That of the run, and this one.
    expect(await scene.requestsFor(VERSION_PATH)).to.equal(2);
    expect(scene.host.backedUpAgain).to.equal(0);
    await scene.close();
  });
});
