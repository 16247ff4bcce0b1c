/** The crypto store counts as many room keys as backed up as the homeserver has, and they are not the same ones. */
import { expect } from "@open-wc/testing";
import { firstMessageIndexOf } from "../../src/best-copies.js";
import type { KeyBackupSyncController } from "../../src/index.js";
import { copyFrom } from "../support/copy-from.js";
import { encryptRoomKeys, type KeyBackup, makeKeyBackup, type SyntheticRoomKey } from "../support/room-keys.mjs";
import { KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

const KEYS = 10;

function byId(roomKeys: readonly SyntheticRoomKey[], sessionId: string): SyntheticRoomKey {
  return roomKeys.find(({ session_id }) => session_id === sessionId) as SyntheticRoomKey;
}

describe("A backup of which the crypto store counts every key as backed up", () => {
  let scene: SyncScene;

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS });
    scene.host.uploadsTo = "1";
  });

  afterEach(() => scene.close());

  async function completed(): Promise<KeyBackupSyncController> {
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    return controller;
  }

  /** The homeserver answers with these keys from now on. */
  async function changeTo(backup: KeyBackup, roomKeys: readonly SyntheticRoomKey[], changes: object): Promise<void> {
    const { rooms } = await encryptRoomKeys(roomKeys, backup.publicKey);
    const indexOf = (id: string) => ({ first_message_index: firstMessageIndexOf(byId(roomKeys, id)) });
    const withIndex = Object.entries(rooms).map(([roomId, { sessions }]) => [
      roomId,
      { sessions: Object.fromEntries(Object.entries(sessions).map(([id, it]) => [id, { ...it, ...indexOf(id) }])) },
    ]);
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(backup, { etag: "2", count: roomKeys.length, ...changes }),
      [KEYS_PATH]: { json: { rooms: Object.fromEntries(withIndex) } },
    });
  }

  it("is at risk, and is looked at, when another device puts a better key into it", async () => {
    const [first, ...others] = scene.backup.roomKeys as [SyntheticRoomKey];
    await changeTo(scene.backup, [copyFrom(first, 5), ...others], { etag: "1" });
    const controller = await completed();
    const { session_key: worse } = scene.host.imported.get(first.session_id) as SyntheticRoomKey;
    await changeTo(scene.backup, scene.backup.roomKeys, {});
    expect(await controller.assessReset()).to.include({ kind: "at-risk", notDownloaded: 1 });
    await controller.start();
    await whenStatus(controller, "complete", ({ backup }) => backup.etag === "2");
    expect(worse).not.to.equal(first.session_key);
    expect(scene.host.imported.get(first.session_id)?.session_key).to.equal(first.session_key);
    expect(await controller.assessReset()).to.include({ kind: "none" });
  });

  it("is at risk, and is looked at, when it has grown, and only this device seems to have put keys into it", async () => {
    const controller = await completed();
    const other = await makeKeyBackup({ keys: 1, rooms: 1 });
    await changeTo(scene.backup, [...scene.backup.roomKeys, ...other.roomKeys], {});
    scene.host.backedUp = { version: "1", count: KEYS + 1 };
    expect(await controller.assessReset()).to.include({ kind: "at-risk", notDownloaded: 1 });
    await controller.start();
    await whenStatus(controller, "complete", ({ backup }) => backup.etag === "2");
    expect(scene.host.imported.has(other.roomKeys[0]?.session_id ?? "")).to.equal(true);
  });

  it("gets the key that took the place of a deleted one", async () => {
    const controller = await completed();
    const other = await makeKeyBackup({ keys: 1, rooms: 1 });
    await changeTo(scene.backup, [...scene.backup.roomKeys.slice(1), ...other.roomKeys], {});
    // Nobody has asked what a reset would cost.
    await controller.start();
    await whenStatus(controller, "complete", ({ backup }) => backup.etag === "2");
    expect(scene.host.imported.has(other.roomKeys[0]?.session_id ?? "")).to.equal(true);
  });

  it("is at risk, and is downloaded, when another device replaced it by one with as many keys", async () => {
    const controller = await completed();
    const next = await makeKeyBackup({ keys: KEYS, rooms: 1 });
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    scene.host.backedUp = { version: "2", count: KEYS };
    expect(await controller.assessReset()).to.include({ kind: "at-risk", notDownloaded: KEYS });
    const other = scene.controller();
    controller.close();
    await other.start();
    await whenStatus(other, "complete", ({ backup }) => backup.version === "2");
    for (const { session_id } of next.roomKeys) expect(scene.host.imported.has(session_id)).to.equal(true);
  });

  it("is news, and its own keys are uploaded again, when another device replaced it by one with as many keys", async () => {
    const controller = await completed();
    const next = await makeKeyBackup({ keys: KEYS, rooms: 1 });
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    // The marks have no version: what was backed up in "1" counts as backed up in "2".
    scene.host.uploadsTo = "2";
    scene.host.hearOfBackup();
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
    for (const { session_id } of next.roomKeys) expect(scene.host.imported.has(session_id)).to.equal(true);
    await until(() => scene.host.backedUpAgain === 1, "The keys of version 1 are not uploaded to version 2");
  });
});
