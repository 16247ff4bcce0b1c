/** The decryption key turns up while the run is paused, and a reset takes it away from the client before the run goes on. */
import { expect } from "@open-wc/testing";
import type { KeyBackupSyncController } from "../../src/index.js";
import { isSecured } from "../../src/secure-first.js";
import { type KeyBackup, makeKeyBackup } from "../support/room-keys.mjs";
import { SyncScene, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

const KEYS = 10;

describe("A decryption key that turns up while the run is paused", () => {
  let scene: SyncScene;
  let next: KeyBackup;
  let controller: KeyBackupSyncController;

  before(async () => {
    next = await makeKeyBackup({ keys: 2, rooms: 1 });
  });

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "waiting", ({ reason }) => reason === "decryption-key");
    await controller.pause();
    await whenStatus(controller, "paused");
  });

  afterEach(() => scene.close());

  /** The client has the new backup and its key, and no other key any more. */
  async function reset(): Promise<void> {
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
  }

  async function expectAllImported(by: KeyBackupSyncController): Promise<void> {
    await by.resume();
    await whenStatus(by, "complete", ({ backup }) => backup.version === "2");
    expect(scene.host.notBackedUp.size).to.equal(KEYS);
  }

  it("opens what is downloaded also after a reset, by whatever client", async () => {
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    await until(() => isSecured(controller), "It is kept");
    await reset();
    await expectAllImported(controller);
  });

  it("where no page heard of it, is not safe before a reset, and is kept by the reset of a page", async () => {
    controller.close();
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    const reopened = scene.controller();
    await reopened.autoStart();
    expect(await reopened.assessReset()).to.include({ notImported: KEYS, isKeyInClientOnly: true });
    expect(await isSecured(reopened)).to.equal(false);
    await reopened.duringReset(reset);
    await expectAllImported(reopened);
  });
});
