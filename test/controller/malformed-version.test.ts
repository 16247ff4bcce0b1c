/** What is spooled needs nothing that the homeserver says of its present backup. */
import { expect } from "@open-wc/testing";
import { makeKeyBackup } from "../support/room-keys.mjs";
import {
  cutAnswer,
  type SceneOptions,
  type ScriptedAnswers,
  SyncScene,
  VERSION_PATH,
  versionAnswer,
  whenStatus,
} from "../support/sync-scene.js";

const KEYS = 40;
const NO_KEY = { auth_data: { public_key: "no key", signatures: {} } };

describe("A homeserver whose answer describes no backup", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  /** A page that spools keys without the decryption key, and is gone. */
  async function spooled(options: SceneOptions = {}): Promise<number> {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false, ...options });
    const controller = scene.controller();
    await controller.start();
    const isSpooled = ({ sync }: { sync: { progress: { downloaded: number } } | null }) =>
      (sync?.progress.downloaded ?? 0) > 30;
    const downloaded = await Promise.race([
      whenStatus(controller, "waiting", isSpooled).then(({ sync }) => sync?.progress.downloaded ?? 0),
      whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 30).then(
        ({ progress }) => progress.downloaded,
      ),
    ]);
    controller.close();
    return downloaded;
  }

  /** The decryption key turns up, and the homeserver says this. */
  async function startAgain(version: ScriptedAnswers): Promise<string> {
    await scene.homeserver.script({ [VERSION_PATH]: version });
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    const controller = scene.controller();
    await controller.start();
    const { error } = await whenStatus(controller, "failed");
    controller.close();
    return error.code;
  }

  it("lets what is whole be imported, then tells so", async () => {
    await spooled();
    expect(await startAgain({ body: "<html>" })).to.equal("malformed-response");
    expect(scene.host.imported.size).to.equal(KEYS);
  });

  it("lets what is whole be imported where its public key alone is no key", async () => {
    await spooled();
    expect(await startAgain(versionAnswer(scene.backup, NO_KEY))).to.equal("malformed-response");
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(scene.host.notBackedUp.size).to.equal(0);
  });

  it("of a new version without a public key lets what is spooled of the old one be imported, for the client to upload", async () => {
    const keys = await spooled({ answer: (backup) => cutAnswer(backup, 0.9, { until: "never" }) });
    const { publicKey, ...other } = await makeKeyBackup({ keys: 3, rooms: 1 });
    const answer = versionAnswer({ ...other, publicKey }, { version: "2", ...NO_KEY });
    expect(await startAgain(answer)).to.equal("malformed-response");
    expect(scene.host.imported.size).to.be.within(keys - 1, keys);
    expect(scene.host.notBackedUp.size).to.equal(scene.host.imported.size);
  });

  it("lets what is spooled of a replaced backup be imported", async () => {
    await spooled();
    await scene.replaceBackup("2", await makeKeyBackup({ keys: 3, rooms: 1 }));
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "waiting", ({ sync }) => sync?.replaced?.locked === KEYS);
    controller.close();
    expect(await startAgain({ json: { version: 2 } })).to.equal("malformed-response");
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(scene.host.notBackedUp.size).to.equal(KEYS);
  });

  it("is believed once it describes a backup again", async () => {
    await spooled();
    await startAgain({ json: [] });
    await scene.replaceBackup("1", scene.backup);
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect(progress).to.include({ total: KEYS, imported: KEYS });
    expect(scene.host.importedInAll).to.equal(KEYS);
  });
});
