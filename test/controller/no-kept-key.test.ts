/** Private windows of some browsers store data, but no CryptoKey: what would seal the decryption key cannot be kept. */
import { expect } from "@open-wc/testing";
import { codeOf } from "../support/code-of.js";
import { inMidImport } from "../support/mid-import.js";
import { openKeyExport } from "../support/open-key-export.js";
import { makeKeyBackup } from "../support/room-keys.mjs";
import { stubWorkers } from "../support/stubbed-worker.js";
import { cutAnswer, SyncScene, whenStatus } from "../support/sync-scene.js";

const KEYS = 40;
const STORES_NO_CRYPTO_KEY = `
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, key) {
    if (value instanceof CryptoKey) throw new DOMException("The object could not be cloned.", "DataCloneError");
    return put.call(this, value, key);
  };
`;

describe("A browser that stores no CryptoKey", () => {
  let scene: SyncScene;
  let restore = () => {};

  beforeEach(() => {
    restore = stubWorkers(STORES_NO_CRYPTO_KEY);
  });

  afterEach(async () => {
    restore();
    await scene.close();
  });

  it("imports every key with the decryption key that is at hand", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect(progress).to.include({ total: KEYS, imported: KEYS });
  });

  it("imports what was spooled when the backup is replaced, as long as the page lives", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const { controller, goOn } = await inMidImport(scene);
    const next = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    scene.host.hearOfBackup();
    goOn();
    await whenStatus(controller, "complete", ({ progress }) => progress.total === 3);
    expect(scene.host.imported.size).to.equal(KEYS + 3);
  });

  it("makes a key export as long as the page lives, and says afterwards that the decryption key is missing", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const { controller } = await inMidImport(scene);
    const { stream } = await controller.rescueCopy("passphrase");
    const json = await openKeyExport(await new Response(stream).text(), "passphrase");
    expect(JSON.parse(json)).to.have.length(KEYS);
    controller.close();
    expect(await codeOf(scene.controller().rescueCopy("passphrase"))).to.equal("decryption-key-unknown");
  });

  it("cannot tell what a reset costs once the client has lost the key, too", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "waiting", ({ reason }) => reason === "decryption-key");
    expect(await controller.assessReset()).to.include({ kind: "unknown", reason: "no-decryption-key" });
  });

  it("counts what was spooled of a replaced backup as locked after the page is gone, until its key turns up", async () => {
    scene = await SyncScene.open({ keys: KEYS, answer: (it) => cutAnswer(it, 0.9, { until: "never" }) });
    const before = scene.controller();
    await before.start();
    const { progress } = await whenStatus(before, "downloading", ({ progress }) => progress.downloaded > 30);
    before.close();
    const next = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    const between = scene.controller();
    await between.start();
    const { replaced } = await whenStatus(between, "complete");
    expect(replaced?.locked).to.equal(progress.downloaded);
    between.close();
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.be.within(progress.downloaded - 1 + 3, progress.downloaded + 3);
  });
});
