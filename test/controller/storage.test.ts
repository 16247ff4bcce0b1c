import { expect } from "@open-wc/testing";
import { syncOf } from "../../src/index.js";
import { deferred } from "../support/deferred.js";
import { inMidImport } from "../support/mid-import.js";
import { fullAfter, hasFiles, roomFor, unreadable } from "../support/poor-storage.js";
import { makeKeyBackup } from "../support/room-keys.mjs";
import { stubWorkers } from "../support/stubbed-worker.js";
import { KEYS_PATH, SyncScene, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

const KEYS = 600;

/** As in a private window that stores nothing. */
const DENIED = `
  const deny = () => { throw new DOMException("Denied", "SecurityError"); };
  Object.defineProperty(self, "indexedDB", { value: { open: deny } });
  if (navigator.storage) navigator.storage.getDirectory = deny;
`;
const NEARLY_FULL = roomFor(100_000);
/** It gives a file no more room than is needed at the moment. */
const TIGHT = `
  if ("FileSystemSyncAccessHandle" in self) {
    const truncate = FileSystemSyncAccessHandle.prototype.truncate;
    FileSystemSyncAccessHandle.prototype.truncate = function (size) {
      if (size > 1_000_000) throw new DOMException("Full", "QuotaExceededError");
      return truncate.call(this, size);
    };
  }
`;
describe("A browser", () => {
  let scene: SyncScene;
  let restore = () => {};

  afterEach(async () => {
    restore();
    await scene.close();
  });

  async function completeIn(browser: string) {
    restore = stubWorkers(browser);
    scene = await SyncScene.open({ keys: KEYS });
    const controller = scene.controller();
    await controller.start();
    const importing = await whenStatus(controller, "importing");
    const complete = await whenStatus(controller, "complete");
    expect(complete.progress).to.include({ total: KEYS, downloaded: KEYS, imported: KEYS });
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(scene.host.importedInAll).to.equal(KEYS);
    return importing;
  }

  it("that stores all says so", async () => {
    expect((await completeIn("")).safekeeping).to.equal("device");
  });

  it("that stores nothing for the page lets the keys through its memory, and says what that is", async () => {
    expect((await completeIn(DENIED)).safekeeping).to.equal("denied");
  });

  it("that has no room for the download lets the keys through its memory, and says what that is", async () => {
    expect((await completeIn(NEARLY_FULL)).safekeeping).to.equal("no-room");
  });

  it("with room for the download alone, and not for more ahead of it, stores it all the same", async () => {
    expect((await completeIn(TIGHT)).safekeeping).to.equal("device");
  });

  it("whose disk is full in the midst of the download lets the rest through its memory", async () => {
    await completeIn(fullAfter(100_000));
  });

  it("without room begins the download again after a restart, and imports again no more than one batch", async () => {
    restore = stubWorkers(NEARLY_FULL);
    scene = await SyncScene.open({ keys: KEYS });
    const [begun, closed] = [deferred<void>(), deferred<number>()];
    let calls = 0;
    let given = 0;
    scene.host.beforeImport = (roomKeys) => {
      if (calls < 4) given += roomKeys.length;
      if (++calls < 4) return 0;
      begun.resolve();
      return closed.promise;
    };
    const before = scene.controller();
    await before.start();
    await begun.promise;
    const settled = syncOf(before.state)?.progress.imported ?? 0;
    expect(settled).to.be.greaterThan(0);
    before.close();
    closed.resolve(0);
    const controller = scene.controller();
    await controller.autoStart();
    const { progress } = await whenStatus(controller, "complete");
    expect(progress).to.include({ total: KEYS, imported: KEYS });
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(scene.host.importedInAll).to.be.at.most(KEYS + given - settled);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(2);
  });
});

describe("A file that cannot be read", () => {
  let scene: SyncScene;
  let restore = () => {};

  afterEach(async () => {
    restore();
    await scene?.close();
  });

  it("for a moment is read a moment later", async function () {
    if (!hasFiles()) this.skip();
    restore = stubWorkers(unreadable(3));
    scene = await SyncScene.open({ keys: KEYS });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.importedInAll).to.equal(KEYS);
  });

  it("of a backup that was replaced is kept, told at the end, and keeps the present one from nothing", async function () {
    if (!hasFiles()) this.skip();
    scene = await SyncScene.open({ keys: KEYS });
    const { controller: before, goOn } = await inMidImport(scene);
    before.close();
    goOn();
    const next = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    restore = stubWorkers(unreadable(1000, 10_000));
    const during = scene.controller();
    await during.start();
    const { error } = await whenStatus(during, "failed");
    expect(error.code).to.equal("storage-unavailable");
    for (const { session_id } of next.roomKeys) expect(scene.host.imported.has(session_id)).to.equal(true);
    during.close();
    restore();
    const after = scene.controller();
    await after.autoStart();
    await until(() => scene.host.imported.size === KEYS + 3, "");
  });
});

describe("A download through memory", () => {
  let scene: SyncScene;
  let restore = () => {};

  beforeEach(() => {
    restore = stubWorkers(NEARLY_FULL);
  });

  afterEach(async () => {
    restore();
    await scene.close();
  });

  it("asks for the decryption key in its midst, for without it nothing goes on", async () => {
    scene = await SyncScene.open({
      keys: KEYS,
      knowsKey: false,
      answer: ({ response }) => {
        const text = JSON.stringify(response);
        return { body: [{ send: text.slice(0, 1000) }, { until: "key" }, { send: text.slice(1000) }] };
      },
    });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "waiting", ({ reason }) => reason === "decryption-key");
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    await scene.homeserver.release("key");
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(KEYS);
  });

  it("tells what keeps the import, also before its end", async () => {
    scene = await SyncScene.open({
      keys: KEYS,
      answer: ({ response }) => {
        const text = JSON.stringify(response);
        return { body: [{ send: text.slice(0, text.length / 2) }, { until: "never" }] };
      },
    });
    scene.host.beforeImport = () => {
      throw new Error("The crypto store takes nothing");
    };
    const controller = scene.controller();
    await controller.start();
    const { error } = await whenStatus(controller, "failed");
    expect(error.code).to.equal("import-failed");
  });

  it("is left alone by another tab that asks what a reset would cost", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const { controller, goOn } = await inMidImport(scene);
    await scene.controller().assessReset();
    goOn();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });
});

describe("A connection that is to save data", () => {
  let scene: SyncScene;
  const connection = Object.assign(new EventTarget(), { saveData: true });
  const original = Object.getOwnPropertyDescriptor(navigator, "connection");

  beforeEach(async () => {
    connection.saveData = true;
    Object.defineProperty(navigator, "connection", { value: connection, configurable: true });
    scene = await SyncScene.open();
  });

  afterEach(async () => {
    if (original) Object.defineProperty(navigator, "connection", original);
    else Reflect.deleteProperty(navigator, "connection");
    await scene.close();
  });

  async function waiting() {
    const controller = scene.controller();
    await controller.start();
    const { sync } = await whenStatus(controller, "waiting", ({ reason }) => reason === "metered");
    expect(sync?.progress.total).to.equal(12);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(0);
    return controller;
  }

  it("is asked for nothing large before the person resumes", async () => {
    const controller = await waiting();
    await controller.resume();
    await whenStatus(controller, "complete");
  });

  it("goes on by itself when it need no longer save", async () => {
    const controller = await waiting();
    connection.saveData = false;
    connection.dispatchEvent(new Event("change"));
    await whenStatus(controller, "complete");
  });

  it("can be stopped", async () => {
    const controller = await waiting();
    await controller.stop();
    expect(controller.state.status).to.equal("idle");
  });
});
