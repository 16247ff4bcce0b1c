/** What was imported is lost with the crypto store: what is left of it on this device, and in the backup, is imported again. */
import { expect } from "@open-wc/testing";
import type { KeyBackupSyncController, RoomKey } from "../../src/index.js";
import { inMidImport } from "../support/mid-import.js";
import { encryptRoomKeys, makeKeyBackup, makeRoomKey } from "../support/room-keys.mjs";
import { cutAnswer, KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";

const KEYS = 60;

/** A complete run, with a controller that is gone. */
async function completed(scene: SyncScene): Promise<void> {
  const controller = scene.controller();
  await controller.start();
  await whenStatus(controller, "complete");
  controller.close();
}

/** As by closing the page while the crypto store takes the rest. */
async function closedInMidImport(scene: SyncScene, callsBefore = 1): Promise<number> {
  const { controller, goOn } = await inMidImport(scene, callsBefore);
  const { size } = scene.host.imported;
  controller.close();
  scene.host.beforeImport = () => 0;
  goOn();
  return size;
}

async function completeAgain(scene: SyncScene) {
  const controller = scene.controller();
  await controller.autoStart();
  const state = await whenStatus(controller, "complete");
  controller.close();
  return state;
}

function sessionsOf(roomKeys: Iterable<RoomKey>): string[] {
  return [...roomKeys].map(({ session_id }) => session_id).sort();
}

function expectAllIn(scene: SyncScene): void {
  expect(sessionsOf(scene.host.imported.values())).to.include.members(sessionsOf(scene.backup.roomKeys));
}

describe("A crypto store that was lost after everything was imported", () => {
  let scene: SyncScene;

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS });
    await completed(scene);
  });

  afterEach(() => scene.close());

  it("gets every key again, by itself", async () => {
    scene.host.loseStore();
    const { progress } = await completeAgain(scene);
    expect(progress).to.include({ total: KEYS, downloaded: KEYS, imported: KEYS });
    expectAllIn(scene);
  });

  it("gets every key again, and only once", async () => {
    scene.host.loseStore();
    await completeAgain(scene);
    const before = scene.host.importedInAll;
    await completeAgain(scene);
    expect(scene.host.importedInAll).to.equal(before);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(2);
  });

  it("gets every key again where an older copy of the store took its place", async () => {
    scene.host.restoreStore(scene.backup.roomKeys.slice(0, 20));
    await completeAgain(scene);
    expectAllIn(scene);
  });

  it("gets every key again where the store has received other keys since", async () => {
    scene.host.loseStore();
    for (let count = 0; count < 2 * KEYS; count++) {
      const roomKey = makeRoomKey("!other:localhost");
      scene.host.imported.set(roomKey.session_id, roomKey);
    }
    await completeAgain(scene);
    expectAllIn(scene);
  });

  it("gets every key again together with a new one, when the backup has grown", async () => {
    scene.host.loseStore();
    const roomKey = makeRoomKey("!new:localhost");
    const { rooms } = await encryptRoomKeys([roomKey], scene.backup.publicKey);
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(scene.backup, { etag: "2", count: KEYS + 1 }),
      [KEYS_PATH]: { json: { rooms: { ...scene.backup.response.rooms, ...rooms } } },
    });
    const { progress } = await completeAgain(scene);
    expect(progress.imported).to.equal(KEYS + 1);
    expectAllIn(scene);
  });

  it("gets every key again after a pause, or a stop, of a page that shows everything as imported", async () => {
    for (const end of ["pause", "stop"] as const) {
      scene.host.loseStore();
      const controller = scene.controller();
      await controller[end]();
      expect(controller.state.status).not.to.equal("complete");
      await controller.start();
      await whenStatus(controller, "complete");
      controller.close();
      expectAllIn(scene);
    }
  });

  it("is noticed by a page that rests, as soon as it looks again", async () => {
    const controller = await scene.controller();
    await controller.autoStart();
    await whenStatus(controller, "complete");
    scene.host.loseStore();
    scene.host.hearOfBackup();
    await whenStatus(controller, "importing");
    await whenStatus(controller, "complete");
    expectAllIn(scene);
  });

  it("makes a reset cost every key, until they are imported again", async () => {
    scene.host.loseStore();
    const controller = scene.controller();
    expect(await controller.assessReset()).to.deep.equal({
      kind: "at-risk",
      notDownloaded: KEYS,
      notImported: 0,
      unreadable: 0,
      earlier: 0,
    });
    await controller.start();
    await whenStatus(controller, "complete");
    expect(await controller.assessReset()).to.deep.equal({ kind: "none", earlier: 0 });
  });

  it("makes a reset cost every key where an older copy took its place", async () => {
    scene.host.restoreStore(scene.backup.roomKeys.slice(0, 20));
    expect(await scene.controller().assessReset()).to.include({ kind: "at-risk", notDownloaded: KEYS });
  });

  it("makes a reset cost every key, also where the homeserver cannot be asked", async () => {
    scene.host.loseStore();
    await scene.homeserver.script({ [VERSION_PATH]: { body: [{ cut: true }] } });
    const assessment = await scene.controller().assessReset();
    expect(assessment).to.deep.equal({
      kind: "unknown",
      reason: "offline",
      known: { notDownloaded: KEYS, notImported: 0, unreadable: 0 },
      earlier: 0,
    });
  });
});

describe("A crypto store that does not tell what it holds", () => {
  let scene: SyncScene;
  let controller: KeyBackupSyncController;

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS });
    await completed(scene);
    controller = scene.controller();
    scene.host.cryptoStore.getContents = () => Promise.reject(new Error("The crypto store is closed"));
  });

  afterEach(() => scene.close());

  it("lets nobody tell what a reset would cost", async () => {
    const assessment = await controller.assessReset();
    expect(assessment).to.deep.equal({ kind: "unknown", reason: "crypto-store-error", known: null, earlier: 0 });
  });

  it("is not called complete", async () => {
    await controller.start();
    const { error } = await whenStatus(controller, "failed");
    expect(error.code).to.equal("import-failed");
  });
});

describe("A crypto store that was lost in mid-import", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  it("gets every key, from what is spooled, without a second download", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    expect(await closedInMidImport(scene)).to.be.within(1, KEYS - 1);
    scene.host.loseStore();
    const { progress } = await completeAgain(scene);
    expect(progress).to.include({ total: KEYS, downloaded: KEYS, imported: KEYS });
    expectAllIn(scene);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("gets every key where an older copy of it took its place", async () => {
    scene = await SyncScene.open({ keys: 4 * KEYS });
    await closedInMidImport(scene, 4);
    scene.host.restoreStore([]);
    await completeAgain(scene);
    expectAllIn(scene);
  });

  it("gets every key while the homeserver does not answer", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    await closedInMidImport(scene);
    scene.host.loseStore();
    await scene.homeserver.script({ [VERSION_PATH]: { body: [{ cut: true }] } });
    const controller = scene.controller();
    await controller.autoStart();
    await whenStatus(controller, "waiting", ({ sync }) => sync?.progress.imported === KEYS);
    expectAllIn(scene);
  });

  it("makes a reset cost all that is not imported", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    await closedInMidImport(scene);
    scene.host.loseStore();
    const assessment = await scene.controller().assessReset();
    expect(assessment).to.include({ kind: "at-risk", notDownloaded: 0, notImported: KEYS });
  });

  it("gets every key where the download was cut before", async () => {
    scene = await SyncScene.open({
      keys: KEYS,
      answer: (backup) => [cutAnswer(backup, 0.6, { cut: true }), { body: [{ until: "never" }] }],
    });
    const first = scene.controller();
    await first.start();
    await whenStatus(first, "waiting", ({ sync }) => (sync?.progress.imported ?? 0) > 0);
    first.close();
    scene.host.loseStore();
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(scene.backup),
      [KEYS_PATH]: { json: scene.backup.response },
    });
    await completeAgain(scene);
    expectAllIn(scene);
  });

  it("gets what is spooled of a backup that was replaced, which is nowhere else", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    expect(await closedInMidImport(scene)).to.be.within(1, KEYS - 1);
    const next = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    scene.host.loseStore();
    const { replaced } = await completeAgain(scene);
    expect(replaced).to.equal(null);
    expectAllIn(scene);
    expect([...scene.host.notBackedUp].sort()).to.deep.equal(sessionsOf(scene.backup.roomKeys));
  });

  it("gets what is spooled of a backup that was replaced before, and partly imported since", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    await closedInMidImport(scene, 0);
    const next = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    await closedInMidImport(scene);
    expect(scene.host.notBackedUp.size).to.be.within(1, KEYS - 1);
    scene.host.loseStore();
    await completeAgain(scene);
    expectAllIn(scene);
    expect(scene.host.notBackedUp.size).to.equal(KEYS);
  });
});
