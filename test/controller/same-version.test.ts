/** A homeserver that lost its database counts versions anew: "1" was one backup, and is another. */
import { expect } from "@open-wc/testing";
import type { KeyBackupSyncController } from "../../src/index.js";
import { codeOf } from "../support/code-of.js";
import { inMidImport } from "../support/mid-import.js";
import { type KeyBackup, makeBackupKeyPair, makeKeyBackup } from "../support/room-keys.mjs";
import {
  cutAnswer,
  HALF,
  KEYS_PATH,
  roomRoutes,
  SyncScene,
  VERSION_PATH,
  versionAnswer,
  whenStatus,
} from "../support/sync-scene.js";

const KEYS = 40;
const NEXT_KEYS = 7;
/** About 35 of 40 keys, then nothing more. */
const CUT: { answer: (backup: KeyBackup) => ReturnType<typeof cutAnswer> } = {
  answer: (backup) => cutAnswer(backup, 0.9, { until: "never" }),
};

const idsOf = ({ roomKeys }: KeyBackup) => roomKeys.map(({ session_id }) => session_id);

describe('A backup "1" in the place of another backup "1"', () => {
  let scene: SyncScene;
  let next: KeyBackup;

  beforeEach(async () => {
    next = await makeKeyBackup({ keys: NEXT_KEYS, rooms: 2 });
  });

  afterEach(() => scene.close());

  /** A page that spools about 35 keys of the old one, and is gone. */
  async function partlySpooled(options: { knowsKey: boolean }): Promise<number> {
    scene = await SyncScene.open({ keys: KEYS, ...CUT, ...options });
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 30);
    controller.close();
    return progress.downloaded;
  }

  /** Of a new page. */
  async function completed(controller: KeyBackupSyncController = scene.controller()) {
    await controller.start();
    return whenStatus(controller, "complete");
  }

  function expectInStore(...ids: readonly string[][]): void {
    for (const id of ids.flat()) expect(scene.host.imported.has(id), id).to.equal(true);
  }

  /** All of the new backup, and what was spooled of the old one: the last key may have been cut in its midst. */
  function expectImported(spooled: number): void {
    expectInStore(idsOf(next));
    expect(scene.host.imported.size - NEXT_KEYS).to.be.within(spooled - 1, spooled);
  }

  it("leaves the old keys readable by the old key, which the client has no more", async () => {
    const spooled = await partlySpooled({ knowsKey: true });
    await scene.replaceBackup("1", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    const { progress, replaced } = await completed();
    expect(progress).to.deep.include({ total: NEXT_KEYS, imported: NEXT_KEYS });
    expect(replaced).to.deep.equal({ notDownloaded: KEYS - spooled, locked: 0, failed: 0 });
    expectImported(spooled);
    // The client uploads them to the new one.
    expect(scene.host.notBackedUp.size).to.equal(scene.host.imported.size - NEXT_KEYS);
  });

  it("leaves the old keys locked as long as their key is unknown, and opens them with it later", async () => {
    const spooled = await partlySpooled({ knowsKey: false });
    await scene.replaceBackup("1", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    const controller = scene.controller();
    const { progress, replaced } = await completed(controller);
    expect(progress).to.deep.include({ total: NEXT_KEYS, imported: NEXT_KEYS });
    expect(replaced).to.deep.equal({ notDownloaded: KEYS - spooled, locked: spooled, failed: 0 });
    controller.close();
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    await completed();
    expectImported(spooled);
  });

  it("is found in mid-download: what is there of the old one, and all of the new one, is imported", async () => {
    scene = await SyncScene.open({ keys: KEYS, ...HALF });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 10);
    await scene.replaceBackup("1", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    scene.host.hearOfBackup();
    const { progress, replaced } = await whenStatus(controller, "complete");
    expect(progress).to.deep.include({ total: NEXT_KEYS, imported: NEXT_KEYS });
    expectImported(KEYS - (replaced?.notDownloaded ?? 0));
  });

  it("costs no key where an answer begun before is of the new one", async () => {
    await partlySpooled({ knowsKey: true });
    // The version is asked for before the homeserver is another, the room keys after.
    await scene.homeserver.script({
      ...roomRoutes(next),
      [VERSION_PATH]: [versionAnswer(scene.backup), versionAnswer(next)],
      [KEYS_PATH]: { json: next.response },
    });
    const controller = scene.controller();
    await controller.start();
    // The new backup is found at the end of the run, and the client has the key of the old one.
    await whenStatus(controller, "failed", ({ error }) => error.code === "decryption-key-mismatch");
    scene.host.learnDecryptionKey(next.decryptionKey);
    await whenStatus(controller, "complete", ({ progress }) => progress.imported === NEXT_KEYS);
    expectInStore(idsOf(next));
    expect(scene.host.imported.size).to.be.greaterThan(30 + NEXT_KEYS);
  });

  it("is found in mid-import", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const { controller, goOn } = await inMidImport(scene);
    await scene.replaceBackup("1", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    scene.host.hearOfBackup();
    goOn();
    await whenStatus(controller, "complete", ({ progress }) => progress.total === NEXT_KEYS);
    expectInStore(idsOf(scene.backup), idsOf(next));
  });

  it("with as many keys and the same etag is downloaded, and not taken for done", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    (await closing(completed)).close();
    const other = await makeKeyBackup({ keys: KEYS, rooms: 3 });
    await scene.replaceBackup("1", other);
    scene.host.learnDecryptionKey(other.decryptionKey);
    await completed();
    expectInStore(idsOf(scene.backup), idsOf(other));
  });

  it("with as many keys as the client takes to be in it is found by a page that was done", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const controller = scene.controller();
    await completed(controller);
    scene.host.uploadsTo = "1";
    const other = await makeKeyBackup({ keys: KEYS, rooms: 3 });
    await scene.replaceBackup("1", other);
    scene.host.learnDecryptionKey(other.decryptionKey);
    scene.host.hearOfBackup();
    await whenStatus(controller, "downloading");
    await whenStatus(controller, "complete");
    expectInStore(idsOf(scene.backup), idsOf(other));
  });

  it("gets the keys that the client takes to be in it, but that were in the old one", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    (await closing(completed)).close();
    await scene.replaceBackup("1", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    await completed();
    (await closing(completed)).close();
    expect(scene.host.backedUpAgain).to.equal(1);
    expect([...scene.host.notBackedUp].sort()).to.deep.equal(idsOf(scene.backup).sort());
  });

  it("that gives way to the old one again costs no key of either", async () => {
    await partlySpooled({ knowsKey: true });
    await scene.replaceBackup("1", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    (await closing(completed)).close();
    await scene.replaceBackup("1", scene.backup);
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    const { progress } = await completed();
    expect(progress).to.deep.include({ total: KEYS, imported: KEYS });
    expectInStore(idsOf(scene.backup), idsOf(next));
  });

  it("is one run in two tabs, which both show it", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const tabs = [scene.controller(), scene.controller()];
    await tabs[0]?.start();
    for (const tab of tabs) await whenStatus(tab, "complete");
    await scene.replaceBackup("1", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    scene.host.hearOfBackup();
    for (const tab of tabs) await whenStatus(tab, "complete", ({ progress }) => progress.total === NEXT_KEYS);
    expectInStore(idsOf(scene.backup), idsOf(next));
    expect(scene.host.importedInAll).to.equal(KEYS + NEXT_KEYS);
  });

  it("is at risk as a whole, though the client takes as many keys to be in it", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const controller = await closing(completed);
    scene.host.backedUp = { version: "1", count: NEXT_KEYS };
    await scene.replaceBackup("1", next);
    const assessment = await controller.assessReset();
    expect(assessment).to.deep.include({ kind: "at-risk", notDownloaded: NEXT_KEYS });
  });

  it("does not keep what is spooled from being imported while the homeserver is away", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const before = scene.controller();
    await before.start();
    await whenStatus(before, "waiting", ({ reason }) => reason === "decryption-key");
    before.close();
    await scene.homeserver.script({ [VERSION_PATH]: { body: [{ cut: true }] } });
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    const offline = scene.controller();
    await offline.start();
    await whenStatus(offline, "waiting", ({ sync }) => sync?.progress.imported === KEYS);
    offline.close();
    await scene.replaceBackup("1", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    const { progress } = await completed();
    expect(progress).to.deep.include({ total: NEXT_KEYS, imported: NEXT_KEYS });
    expectInStore(idsOf(scene.backup), idsOf(next));
  });

  async function closing(run: (controller: KeyBackupSyncController) => Promise<unknown>) {
    const controller = scene.controller();
    await run(controller);
    return controller;
  }
});

describe("A homeserver that tells a wrong public key for a moment", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  const tell = async (publicKey: string) =>
    scene.homeserver.script({
      [VERSION_PATH]: versionAnswer({ ...scene.backup, publicKey }),
      [KEYS_PATH]: { json: scene.backup.response },
    });

  it("at first does not make the right decryption key the wrong one, nor lock what was spooled by then", async () => {
    const wrong = await makeBackupKeyPair();
    scene = await SyncScene.open({ keys: KEYS, version: (it) => versionAnswer({ ...it, publicKey: wrong.publicKey }) });
    const before = scene.controller();
    await before.start();
    const { error } = await whenStatus(before, "failed");
    expect(error.code).to.equal("decryption-key-mismatch");
    before.close();
    await tell(scene.backup.publicKey);
    const controller = scene.controller();
    await controller.start();
    const { progress, replaced } = await whenStatus(controller, "complete");
    expect(progress).to.deep.include({ total: KEYS, imported: KEYS });
    expect(replaced).to.equal(null);
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(await codeOf(controller.rescueCopy(null))).to.equal("nothing-to-save");
  });

  it("in between neither loses what was spooled nor the key that was kept for it", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const before = scene.controller();
    await before.start();
    await whenStatus(before, "waiting", ({ reason }) => reason === "decryption-key");
    before.close();
    await tell((await makeBackupKeyPair()).publicKey);
    const between = scene.controller();
    await between.start();
    await whenStatus(between, "waiting", ({ reason }) => reason === "decryption-key");
    between.close();
    await tell(scene.backup.publicKey);
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    const { progress, replaced } = await complete();
    expect(progress).to.deep.include({ total: KEYS, imported: KEYS });
    expect(replaced).to.equal(null);
  });

  it("in another spelling of the right one changes nothing", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    await complete();
    const { importedInAll } = scene.host;
    await tell(`${scene.backup.publicKey}=`);
    const { replaced } = await complete();
    expect(replaced).to.equal(null);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
    expect(scene.host.importedInAll).to.equal(importedInAll);
  });

  async function complete() {
    const controller = scene.controller();
    await controller.start();
    const state = await whenStatus(controller, "complete");
    controller.close();
    return state;
  }
});
