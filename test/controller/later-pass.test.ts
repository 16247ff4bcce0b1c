import { expect } from "@open-wc/testing";
import { deferred } from "../support/deferred.js";
import { inMidImport } from "../support/mid-import.js";
import {
  type BackedUpRoomKey,
  encryptRoomKeys,
  type KeyBackup,
  makeKeyBackup,
  makeRoomKey,
} from "../support/room-keys.mjs";
import { stubWorkers } from "../support/stubbed-worker.js";
import { KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

const KEYS = 40;

/** The backup's rooms with each session changed; sessions are counted over all rooms. */
function changed(backup: KeyBackup, change: (session: BackedUpRoomKey, at: number) => unknown) {
  let at = 0;
  const ofRoom = ({ sessions }: { sessions: Record<string, BackedUpRoomKey> }) => ({
    sessions: Object.fromEntries(Object.entries(sessions).map(([id, session]) => [id, change(session, at++)])),
  });
  return Object.fromEntries(Object.entries(backup.response.rooms).map(([id, room]) => [id, ofRoom(room)]));
}

function withIndex(backup: KeyBackup, indexAt: (at: number) => number) {
  return changed(backup, (session, at) => ({ ...session, first_message_index: indexAt(at) }));
}

/** A complete run, with a controller that is gone. */
async function completed(scene: SyncScene): Promise<void> {
  const controller = scene.controller();
  await controller.start();
  await whenStatus(controller, "complete");
  controller.close();
  scene.host.importedInAll = 0;
}

describe("A later pass, when the etag moved", () => {
  let scene: SyncScene;

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS });
    await completed(scene);
  });

  afterEach(() => scene.close());

  async function completedScene(rooms: (backup: KeyBackup) => unknown): Promise<SyncScene> {
    await scene.close();
    scene = await SyncScene.open({ keys: KEYS, answer: (backup) => ({ json: { rooms: rooms(backup) } }) });
    await completed(scene);
    return scene;
  }

  async function runAgainWith(rooms: unknown, count: number, etag = "2") {
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(scene.backup, { etag, count }),
      [KEYS_PATH]: { json: { rooms } },
    });
    const controller = scene.controller();
    await controller.autoStart();
    const state = await whenStatus(controller, "complete");
    controller.close();
    return state;
  }

  it("imports the new key alone", async () => {
    const roomKey = makeRoomKey("!new:localhost");
    const { rooms } = await encryptRoomKeys([roomKey], scene.backup.publicKey);
    const { progress } = await runAgainWith({ ...scene.backup.response.rooms, ...rooms }, KEYS + 1);
    expect(progress).to.include({ total: KEYS + 1, downloaded: KEYS + 1, imported: KEYS + 1 });
    expect(scene.host.importedInAll).to.equal(1);
    expect(scene.host.imported.has(roomKey.session_id)).to.equal(true);
  });

  it("imports what is spooled of it, also while the homeserver does not answer", async () => {
    const roomKey = makeRoomKey("!new:localhost");
    const { rooms } = await encryptRoomKeys([roomKey], scene.backup.publicKey);
    const half = JSON.stringify({ rooms: { ...rooms, ...scene.backup.response.rooms } }).slice(0, 10_000);
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(scene.backup, { etag: "2", count: KEYS + 1 }),
      [KEYS_PATH]: [{ body: [{ send: half }, { until: "never" }] }, { body: [{ until: "never" }] }],
    });
    const begun = deferred<void>();
    scene.host.beforeImport = () => {
      begun.resolve();
      throw new Error("The crypto store takes nothing");
    };
    const controller = scene.controller();
    await controller.start();
    await begun.promise;
    controller.close();
    const before = await scene.requestsFor(KEYS_PATH);
    await scene.controller().autoStart();
    await scene.homeserver.requested(KEYS_PATH, before + 1);
    scene.host.beforeImport = () => 0;
    await until(() => scene.host.imported.has(roomKey.session_id), "");
  });

  it("imports a key again that got better: one that is good from an earlier message on", async () => {
    scene = await completedScene((backup) => withIndex(backup, () => 5));
    const rooms = withIndex(scene.backup, (at) => (at === 7 ? 2 : 5));
    const { progress } = await runAgainWith(rooms, KEYS);
    expect(scene.host.importedInAll).to.equal(1);
    expect(progress).to.include({ total: KEYS, downloaded: KEYS, imported: KEYS });
  });

  it("leaves a key alone that got worse", async () => {
    await runAgainWith(
      withIndex(scene.backup, () => 5),
      KEYS,
    );
    expect(scene.host.importedInAll).to.equal(0);
  });

  it("tries a key again that could not be used before, and counts it once", async () => {
    const broken = (backup: KeyBackup) =>
      changed(backup, (session, at) => (at === 7 ? { session_data: null } : session));
    scene = await completedScene(broken);
    const again = await runAgainWith(broken(scene.backup), KEYS);
    expect(again.progress).to.include({ total: KEYS, downloaded: KEYS, imported: KEYS - 1 });
    expect(again.progress.failures.malformed).to.equal(1);
    expect(scene.host.importedInAll).to.equal(0);
    const mended = await runAgainWith(scene.backup.response.rooms, KEYS, "3");
    expect(mended.progress).to.include({ total: KEYS, downloaded: KEYS, imported: KEYS });
    expect(mended.progress.failures.malformed).to.equal(0);
    expect(scene.host.importedInAll).to.equal(1);
  });

  it("tries a key again that the crypto store rejected before, and imports it when that takes it", async () => {
    await scene.close();
    scene = await SyncScene.open({ keys: KEYS });
    const rejected = scene.backup.roomKeys[7]?.session_id ?? "";
    scene.host.dropped.add(rejected);
    await completed(scene);
    const again = await runAgainWith(scene.backup.response.rooms, KEYS);
    expect(again.progress).to.include({ downloaded: KEYS, imported: KEYS - 1 });
    expect(again.progress.failures.rejected).to.equal(1);
    scene.host.dropped.clear();
    scene.host.importedInAll = 0;
    const taken = await runAgainWith(scene.backup.response.rooms, KEYS, "3");
    expect(taken.progress).to.include({ downloaded: KEYS, imported: KEYS });
    expect(taken.progress.failures.rejected).to.equal(0);
    expect([scene.host.importedInAll, scene.host.imported.has(rejected)]).to.deep.equal([1, true]);
  });

  it("keeps the worse version of a key whose better one is rejected, and tries that again", async () => {
    scene = await completedScene((backup) => withIndex(backup, () => 5));
    const [room] = Object.values(scene.backup.response.rooms);
    scene.host.dropped.add(Object.keys(room?.sessions ?? {})[0] ?? "");
    const better = withIndex(scene.backup, (at) => (at === 0 ? 2 : 5));
    const { progress } = await runAgainWith(better, KEYS);
    expect([progress.imported, progress.failures.rejected]).to.deep.equal([KEYS, 0]);
    scene.host.dropped.clear();
    scene.host.importedInAll = 0;
    const taken = await runAgainWith(better, KEYS, "3");
    expect([taken.progress.imported, scene.host.importedInAll]).to.deep.equal([KEYS, 1]);
  });

  it("keeps what is imported when the backup has fewer keys than before", async () => {
    const [[roomId, room] = ["", { sessions: {} }]] = Object.entries(scene.backup.response.rooms);
    const { progress } = await runAgainWith({ [roomId]: room }, Object.keys(room.sessions).length);
    expect(progress.imported).to.equal(KEYS);
    expect(scene.host.importedInAll).to.equal(0);
  });
});

describe("A backup whose answer has fewer keys than its count", () => {
  it("is complete with what there was, asked for once more at the next start, and then left", async () => {
    const scene = await SyncScene.open({ version: (it) => versionAnswer(it, { count: KEYS }), keys: KEYS - 1 });
    for (const requests of [1, 2, 2]) {
      const controller = scene.controller();
      await controller.autoStart();
      const { progress } = await whenStatus(controller, "complete");
      expect(progress).to.include({ total: KEYS, imported: KEYS - 1 });
      expect(await scene.requestsFor(KEYS_PATH)).to.equal(requests);
      controller.close();
    }
    await scene.close();
  });
});

/** By a backup of three other keys. */
async function replace(scene: SyncScene): Promise<void> {
  const next = await makeKeyBackup({ keys: 3, rooms: 1 });
  await scene.replaceBackup("2", next);
  scene.host.learnDecryptionKey(next.decryptionKey);
}

/** The first key takes half a second to be made, and what is encrypted first twice as long. */
const SLOW_SEALING = `
  const { generateKey, encrypt } = SubtleCrypto.prototype;
  const first = (original, milliseconds) => {
    let calls = 0;
    return async function (...values) {
      if (calls++ === 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return original.apply(this, values);
    };
  };
  SubtleCrypto.prototype.generateKey = first(generateKey, 500);
  SubtleCrypto.prototype.encrypt = first(encrypt, 1000);
`;

/** The next page, which finds it replaced. */
async function replacedInMidImport(scene: SyncScene) {
  const before = await inMidImport(scene, 0);
  before.controller.close();
  before.goOn();
  await replace(scene);
  const controller = scene.controller();
  await controller.autoStart();
  return controller;
}

describe("A backup that was replaced", () => {
  let scene: SyncScene;
  let restore = () => {};

  afterEach(async () => {
    restore();
    await scene.close();
  });

  it("in mid-import: its keys go in as exported keys, then those of the new one", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const controller = await replacedInMidImport(scene);
    const { progress, replaced } = await whenStatus(controller, "complete");
    expect(progress).to.include({ total: 3, imported: 3 });
    expect(replaced).to.equal(null);
    expect(scene.host.imported.size).to.equal(KEYS + 3);
    expect([...scene.host.notBackedUp].sort()).to.deep.equal(
      scene.backup.roomKeys.map(({ session_id }) => session_id).sort(),
    );
  });

  it("in mid-import: also where its decryption key was kept twice at once, which took the browser its time", async () => {
    restore = stubWorkers(SLOW_SEALING);
    scene = await SyncScene.open({ keys: KEYS });
    const controller = await replacedInMidImport(scene);
    const { replaced } = await whenStatus(controller, "complete");
    expect(replaced).to.equal(null);
    expect(scene.host.imported.size).to.equal(KEYS + 3);
  });

  it("without its key: its keys are kept, and told of", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const before = scene.controller();
    await before.start();
    await whenStatus(before, "waiting", ({ reason }) => reason === "decryption-key");
    before.close();
    await replace(scene);
    for (let run = 0; run < 2; run++) {
      const controller = scene.controller();
      await controller.autoStart();
      const { replaced } = await whenStatus(controller, "complete");
      expect(replaced).to.deep.equal({ notDownloaded: 0, locked: KEYS, failed: 0 });
      controller.close();
    }
    expect(scene.host.imported.size).to.equal(3);
  });

  for (const [which, at] of [
    ["the first", 0],
    ["the last", -1],
  ] as const) {
    it(`in mid-import, with a key that the crypto store throws for (${which}): that one is told, and none is locked`, async () => {
      scene = await SyncScene.open({ keys: KEYS });
      const bad = Object.keys(Object.values(scene.backup.response.rooms).at(at)?.sessions ?? {}).at(at) ?? "";
      scene.host.refused.add(bad);
      const controller = await replacedInMidImport(scene);
      const { replaced } = await whenStatus(controller, "complete");
      expect(replaced).to.deep.equal({ notDownloaded: 0, locked: 0, failed: 1 });
      expect(scene.host.imported.size).to.equal(KEYS - 1 + 3);
    });
  }
});

describe("A backup that was replaced in a later pass", () => {
  it("has its better key imported, though all keys were counted before", async () => {
    const scene = await SyncScene.open({ keys: KEYS, answer: (it) => ({ json: { rooms: withIndex(it, () => 5) } }) });
    await completed(scene);
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(scene.backup, { etag: "2" }),
      [KEYS_PATH]: { json: { rooms: withIndex(scene.backup, (at) => (at === 7 ? 2 : 5)) } },
    });
    const controller = await replacedInMidImport(scene);
    await whenStatus(controller, "complete");
    expect(scene.host.notBackedUp.size).to.equal(1);
    await scene.close();
  });
});

describe("Keys of an earlier backup that wait for their recovery key", () => {
  let scene: SyncScene;

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const before = scene.controller();
    await before.start();
    await whenStatus(before, "waiting", ({ reason }) => reason === "decryption-key");
    before.close();
  });

  afterEach(() => scene.close());

  it("outlive a stop, for they are nowhere else", async () => {
    const next = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("2", next);
    const controller = scene.controller();
    await controller.autoStart();
    await whenStatus(controller, "waiting", ({ sync }) => sync?.replaced?.locked === KEYS);
    await controller.stop();
    scene.host.learnDecryptionKey(next.decryptionKey);
    await controller.start();
    const { replaced } = await whenStatus(controller, "complete");
    expect(replaced).to.deep.equal({ notDownloaded: 0, locked: KEYS, failed: 0 });
  });

  it("are those of the present one again, when the homeserver was wrong for a moment", async () => {
    const right = versionAnswer(scene.backup);
    await scene.homeserver.script({
      [VERSION_PATH]: [{ status: 404, json: { errcode: "M_NOT_FOUND" } }, right],
      [KEYS_PATH]: { json: scene.backup.response },
    });
    const controller = scene.controller();
    await controller.autoStart();
    await whenStatus(controller, "unavailable", ({ replaced }) => replaced?.locked === KEYS);
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    await controller.start();
    const { progress, replaced } = await whenStatus(controller, "complete");
    expect(progress.imported).to.equal(KEYS);
    expect(replaced).to.equal(null);
    expect(scene.host.notBackedUp.size).to.equal(0);
  });
});

describe("All keys safe, and no homeserver", () => {
  it("are imported all the same", async () => {
    const scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const before = scene.controller();
    await before.start();
    await whenStatus(before, "waiting", ({ reason }) => reason === "decryption-key");
    before.close();
    await scene.homeserver.script({ [VERSION_PATH]: { body: [{ cut: true }] } });
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    const controller = scene.controller();
    await controller.autoStart();
    await whenStatus(controller, "waiting", ({ sync }) => sync?.progress.imported === KEYS);
    expect(scene.host.imported.size).to.equal(KEYS);
    await scene.close();
  });
});
