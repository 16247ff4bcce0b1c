import { expect } from "@open-wc/testing";
import type { Status } from "../../src/index.js";
import { makeBackupKeyPair } from "../support/room-keys.mjs";
import { KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";

describe("A run", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  it("imports every room key of the backup as it is in there", async () => {
    scene = await SyncScene.open({ keys: 300 });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    expect([...scene.host.imported.keys()].sort()).to.deep.equal(
      scene.backup.roomKeys.map((key) => key.session_id).sort(),
    );
    const [first] = scene.backup.roomKeys;
    expect(scene.host.imported.get(first?.session_id ?? "")).to.deep.equal(first);
  });

  it("says what it does, in order, and how much of it is done", async () => {
    scene = await SyncScene.open();
    const controller = scene.controller();
    const statuses: Status[] = [];
    controller.addEventListener("statechange", () => statuses.push(controller.state.status));
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect(statuses.filter((status, at) => status !== statuses[at - 1])).to.deep.equal([
      "checking",
      "downloading",
      "importing",
      "complete",
    ]);
    const failures = { malformed: 0, undecryptable: 0, rejected: 0 };
    expect(progress).to.deep.equal({ total: 12, downloaded: 12, imported: 12, failures });
  });

  it("is done after one request when nothing changed since the last one", async () => {
    scene = await SyncScene.open();
    const before = scene.controller();
    await before.start();
    await whenStatus(before, "complete");
    before.close();
    const controller = scene.controller();
    await controller.autoStart();
    const { progress } = await whenStatus(controller, "complete");
    expect(progress.imported).to.equal(12);
    expect(await scene.requestsFor(VERSION_PATH)).to.equal(2);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("downloads anew when the etag moved", async () => {
    scene = await SyncScene.open({ version: (it) => [versionAnswer(it), versionAnswer(it, { etag: "2" })] });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    await controller.start();
    await whenStatus(controller, "complete", ({ backup }) => backup.etag === "2");
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(2);
  });

  it("waits for the decryption key with all keys safe, then goes on by itself", async () => {
    scene = await SyncScene.open({ knowsKey: false });
    const controller = scene.controller();
    await controller.start();
    const waiting = await whenStatus(controller, "waiting", ({ reason }) => reason === "decryption-key");
    expect(waiting.sync?.progress.downloaded).to.equal(12);
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(12);
  });

  it("takes an empty backup for complete", async () => {
    scene = await SyncScene.open({
      version: (it) => versionAnswer(it, { count: 0 }),
      answer: () => ({ json: { rooms: {} } }),
    });
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect(progress.total).to.equal(0);
  });

  it("makes every key safe although the decryption key is the wrong one", async () => {
    scene = await SyncScene.open({
      knowsKey: false,
      answer: ({ response }) => {
        const text = JSON.stringify(response);
        const middle = Math.floor(text.length / 2);
        return { body: [{ send: text.slice(0, middle) }, { wait: 5000 }, { send: text.slice(middle) }] };
      },
    });
    scene.host.learnDecryptionKey((await makeBackupKeyPair()).decryptionKey);
    const controller = scene.controller();
    await controller.start();
    const { error, sync } = await whenStatus(controller, "failed");
    expect([error.code, sync?.progress.downloaded]).to.deep.equal(["decryption-key-mismatch", 12]);
  });
});
