import { expect } from "@open-wc/testing";
import type { Progress } from "../../src/index.js";
import { encryptRoomKeys, type KeyBackup, makeBackupKeyPair, makeRoomKey } from "../support/room-keys.mjs";
import type { ScriptedAnswer } from "../support/scripted-homeserver.js";
import { KEYS_PATH, roomRoutes, SyncScene, whenStatus } from "../support/sync-scene.js";

const ROOM = "!synthetic00000000:localhost";
type Sessions = Record<string, unknown>;

/** The right answer with other sessions in one room beside its own. */
function withSessions({ response }: KeyBackup, sessions: Sessions): string {
  const added = Object.entries(sessions).map(([id, value]) => `${JSON.stringify(id)}:${JSON.stringify(value)}`);
  return JSON.stringify(response).replace(`"${ROOM}":{"sessions":{`, (start) => `${start}${added.join()},`);
}

/** Session ID, in the order of the answer. */
function sessionAt({ response }: KeyBackup, at: number): string {
  return (
    Object.values(response.rooms)
      .flatMap(({ sessions }) => Object.keys(sessions))
      .at(at) ?? ""
  );
}

/** The answer up to the end of that session. */
function cutBehind(at: number) {
  return (backup: KeyBackup): ScriptedAnswer => {
    const text = JSON.stringify(backup.response);
    return {
      body: [{ send: text.slice(0, text.indexOf(`,"${sessionAt(backup, at + 1)}"`)) }, { wait: 100 }, { cut: true }],
    };
  };
}

describe("A bad room key", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  async function syncWith(answer: (backup: KeyBackup) => string): Promise<Progress> {
    scene = await SyncScene.open({ answer: (backup) => ({ body: answer(backup) }) });
    const controller = scene.controller();
    await controller.start();
    return (await whenStatus(controller, "complete")).progress;
  }

  it("that does not decrypt is counted as such", async () => {
    const { publicKey } = await makeBackupKeyPair();
    const other = await encryptRoomKeys([makeRoomKey(ROOM)], publicKey);
    const progress = await syncWith((backup) => withSessions(backup, other.rooms[ROOM]?.sessions ?? {}));
    expect(progress.failures).to.deep.equal({ malformed: 0, undecryptable: 1, rejected: 0 });
    expect(scene.host.imported.size).to.equal(12);
  });

  it("that belongs to another session is rejected", async () => {
    const progress = await syncWith((backup) => {
      const [session] = Object.values(backup.response.rooms[ROOM]?.sessions ?? {});
      return withSessions(backup, { "another-session": session });
    });
    expect(progress.failures).to.deep.equal({ malformed: 0, undecryptable: 0, rejected: 1 });
    expect(scene.host.imported.size).to.equal(12);
  });

  it("that the crypto store refuses by a throw is found and counted; the others are imported", async () => {
    scene = await SyncScene.open({ keys: 50 });
    scene.host.refused.add(scene.backup.roomKeys[17]?.session_id ?? "");
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect([progress.imported, progress.failures.rejected]).to.deep.equal([49, 1]);
  });

  it("is what the crypto store says it is", async () => {
    scene = await SyncScene.open();
    scene.host.dropped.add(scene.backup.roomKeys[7]?.session_id ?? "");
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect([progress.imported, progress.failures.rejected]).to.deep.equal([11, 1]);
  });

  it("that the crypto store refuses, where a download was cut behind it, is counted when the rest shows that it is bad", async () => {
    scene = await SyncScene.open({ keys: 60, rooms: 6, answer: cutBehind(4), routes: roomRoutes });
    scene.host.knownRooms = Object.keys(scene.backup.response.rooms);
    scene.host.refused.add(sessionAt(scene.backup, 4));
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect([progress.imported, progress.failures.rejected]).to.deep.equal([59, 1]);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("that the crypto store refuses though all of the backup was tried stays safe, and is imported once it is taken", async () => {
    scene = await SyncScene.open();
    const last = sessionAt(scene.backup, -1);
    scene.host.refused.add(last);
    const controller = scene.controller();
    await controller.start();
    expect((await whenStatus(controller, "failed")).error.code).to.equal("import-failed");
    scene.host.refused.clear();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect([progress.imported, progress.failures.rejected]).to.deep.equal([12, 0]);
    expect(scene.host.imported.has(last)).to.equal(true);
  });
});

describe("A crypto store", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  it("that takes nothing ends the run; it goes on later with what is safe", async () => {
    scene = await SyncScene.open();
    scene.host.beforeImport = () => {
      throw new Error("closed");
    };
    const controller = scene.controller();
    await controller.start();
    const { error, sync } = await whenStatus(controller, "failed");
    expect([error.code, sync?.progress.downloaded]).to.deep.equal(["import-failed", 12]);
    scene.host.beforeImport = () => 0;
    await controller.start();
    await whenStatus(controller, "complete");
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("that no longer writes, but takes what it has, ends the run; no key is lost, whenever it is well again", async () => {
    scene = await SyncScene.open({ keys: 120 });
    const { host } = scene;
    let calls = 0;
    host.beforeImport = (roomKeys) => {
      if (++calls >= 3 && roomKeys.some((key) => !host.imported.has(key.session_id))) throw new Error("full");
      return 0;
    };
    const controller = scene.controller();
    for (const _try of [1, 2]) {
      await controller.start();
      const { error, sync } = await whenStatus(controller, "failed");
      expect([error.code, sync?.progress.failures.rejected]).to.deep.equal(["import-failed", 0]);
    }
    host.beforeImport = () => 0;
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect([progress.imported, progress.failures.rejected, host.imported.size]).to.deep.equal([120, 0, 120]);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("with a wrong decryption key asks for the right one, and goes on with it by itself", async () => {
    scene = await SyncScene.open({ knowsKey: false });
    scene.host.learnDecryptionKey((await makeBackupKeyPair()).decryptionKey);
    const controller = scene.controller();
    await controller.start();
    const { error } = await whenStatus(controller, "failed");
    expect([error.code, error.nextMove]).to.deep.equal(["decryption-key-mismatch", "enter-recovery-key"]);
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(12);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });
});
