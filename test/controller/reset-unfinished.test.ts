/** A reset by the client of this page: what is shown while the backup is gone, and what becomes of a reset that breaks off. */
import { expect } from "@open-wc/testing";
import type { KeyBackupSyncController, KeyBackupSyncError } from "../../src/index.js";
import { deferred } from "../support/deferred.js";
import type * as TabPage from "../support/harness/tab-page.js";
import { openHarness } from "../support/harness.js";
import { type KeyBackup, makeKeyBackup } from "../support/room-keys.mjs";
import { HALF, KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

const KEYS = 10;
const isOtherKey = ({ code }: KeyBackupSyncError) => code === "decryption-key-mismatch";
const NO_BACKUP = { [VERSION_PATH]: { status: 404, json: { errcode: "M_NOT_FOUND" } } };

describe("A reset by this client", () => {
  let scene: SyncScene;
  let next: KeyBackup;
  let controller: KeyBackupSyncController;

  before(async () => {
    next = await makeKeyBackup({ keys: 2, rooms: 1 });
  });

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS });
    controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
  });

  afterEach(() => scene.close());

  /** The new backup is there, and the client has its key. */
  async function makeNext(): Promise<void> {
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
  }

  /** The old backup is deleted, and the homeserver makes no other. */
  function broken(by = controller): Promise<unknown> {
    const reset = by.duringReset(async () => {
      await scene.homeserver.script(NO_BACKUP);
      throw new Error("413");
    });
    return reset.catch(({ message }) => message);
  }

  const whenUnfinished = (by = controller) =>
    whenStatus(by, "unavailable", ({ reason }) => reason === "reset-unfinished");

  it("is shown as long as the backup is gone, and ends with the new one", async () => {
    const isDeleted = deferred<void>();
    const post = deferred<void>();
    const reset = controller.duringReset(async () => {
      await scene.homeserver.script(NO_BACKUP);
      scene.host.hearOfBackup();
      isDeleted.resolve();
      await post.promise;
      await makeNext();
      return "done";
    });
    await isDeleted.promise;
    expect(controller.state.status).to.equal("resetting");
    post.resolve();
    expect(await reset).to.equal("done");
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
    expect((await controller.assessReset()).isResetUnfinished).to.equal(undefined);
  });

  it("is shown by every tab", async () => {
    const other = scene.controller();
    await whenStatus(other, "complete");
    const post = deferred<void>();
    const reset = controller.duringReset(async () => {
      await scene.homeserver.script(NO_BACKUP);
      await post.promise;
      await makeNext();
    });
    await whenStatus(other, "resetting");
    post.resolve();
    await reset;
    await whenStatus(other, "complete", ({ backup }) => backup.version === "2");
  });

  it("did not finish when the new backup is refused: the error is the host's, the state says so", async () => {
    expect(await broken()).to.equal("413");
    await whenUnfinished();
    expect((await controller.assessReset()).isResetUnfinished).to.equal(true);
  });

  it("did not finish, and the next page knows, though the user has paused", async () => {
    await scene.replaceBackup("2", next);
    scene.host.hearOfBackup();
    await whenStatus(controller, "failed", ({ error }) => isOtherKey(error));
    scene.host.forgetDecryptionKey();
    await controller.start();
    await whenStatus(controller, "waiting", ({ reason }) => reason === "decryption-key");
    await controller.pause();
    await whenStatus(controller, "paused");
    await broken();
    await whenUnfinished();
    controller.close();
    const reopened = scene.controller();
    await reopened.autoStart();
    await whenUnfinished(reopened);
  });

  it("did not finish for a page that has started nothing", async () => {
    controller.close();
    const idle = scene.controller();
    await broken(idle);
    await whenUnfinished(idle);
  });

  it("is finished by the host, when the user wants that", async () => {
    await broken();
    await whenUnfinished();
    scene.host.resetKeyBackup = () => controller.duringReset(makeNext);
    await controller.finishReset();
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
  });

  it("stays unfinished when the host cannot finish it", async () => {
    await broken();
    await whenUnfinished();
    let tries = 0;
    scene.host.resetKeyBackup = () => Promise.reject(new Error(`429, ${++tries}`));
    const looked = whenStatus(controller, "checking");
    await controller.finishReset();
    await looked;
    await whenUnfinished();
    expect(tries).to.equal(1);
  });

  it("is not finished where another device has made a backup since: that one stays, and is looked at", async () => {
    await broken();
    await whenUnfinished();
    let tries = 0;
    scene.host.resetKeyBackup = async () => void tries++;
    // The client has not heard of it.
    await scene.replaceBackup("2", next);
    await controller.finishReset(async () => true);
    await whenStatus(controller, "failed", ({ error }) => isOtherKey(error));
    expect(tries).to.equal(0);
  });

  it("did not begin when nothing was deleted", async () => {
    const reset = controller.duringReset(() => Promise.reject(new Error("403")));
    expect(await reset.catch(({ message }) => message)).to.equal("403");
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "1");
    expect(await controller.assessReset()).to.deep.equal({ kind: "none", earlier: 0 });
  });

  it("did not finish when an older backup is left, whose deletion was refused: it goes only when the user agrees", async () => {
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    scene.host.hearOfBackup();
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
    const older = await makeKeyBackup({ keys: 3, rooms: 1 });
    const reset = controller.duringReset(async () => {
      await scene.replaceBackup("1", older);
      throw new Error("500");
    });
    await reset.catch(() => {});
    await whenUnfinished();
    // The rest is downloaded before that.
    const known = { notDownloaded: 0, notImported: 3, unreadable: 0 };
    expect(await controller.assessReset()).to.deep.include({ kind: "unknown", known, isResetUnfinished: true });
    let tries = 0;
    scene.host.resetKeyBackup = async () => void tries++;
    await controller.finishReset();
    expect(tries).to.equal(0);
    await controller.finishReset(async () => true);
    expect(tries).to.equal(1);
  });

  it("is over when another device makes a backup while what was left is downloaded: that one is looked at", async () => {
    const left = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("2", scene.backup);
    scene.host.hearOfBackup();
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
    const statuses: string[] = [];
    const reset = controller.duringReset(async () => {
      const answer = { body: [{ until: "rest" }, { send: JSON.stringify(left.response) }] };
      await scene.homeserver.script({ [VERSION_PATH]: versionAnswer(left, { version: "1" }), [KEYS_PATH]: answer });
      throw new Error("500");
    });
    await reset.catch(() => {});
    await whenStatus(controller, "downloading", ({ backup }) => backup.version === "1");
    controller.addEventListener("statechange", () => statuses.push(controller.state.status));
    await scene.replaceBackup("3", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    await scene.homeserver.release("rest");
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "3");
    expect(statuses).not.to.include("unavailable");
  });

  it("did not finish when the new backup is there and nobody has its key", async () => {
    const reset = controller.duringReset(async () => {
      await scene.homeserver.script({ [VERSION_PATH]: versionAnswer(next, { version: "2", count: 0 }) });
      throw new Error("The client could not keep the key");
    });
    await reset.catch(() => {});
    await whenUnfinished();
  });

  it("did not finish when this client uploads to the new backup, as its device has signed it, and nobody has its key", async () => {
    const { userId, deviceId } = scene.host.account;
    const signatures = { [userId]: { [`ed25519:${deviceId}`]: "signature" } };
    const auth_data = { public_key: next.publicKey, signatures };
    const reset = controller.duringReset(async () => {
      await scene.homeserver.script({
        [VERSION_PATH]: versionAnswer(next, { version: "2", auth_data }),
        [KEYS_PATH]: { json: next.response },
      });
      throw new Error("The page was closed before the client could keep the key");
    });
    await reset.catch(() => {});
    await whenUnfinished();
    expect((await controller.assessReset()).isResetUnfinished).to.equal(true);
  });

  it("is over when another device has made a backup since", async () => {
    await broken();
    await whenUnfinished();
    await scene.replaceBackup("2", next);
    scene.host.hearOfBackup();
    await whenStatus(controller, "failed", ({ error }) => isOtherKey(error));
    expect((await controller.assessReset()).isResetUnfinished).to.equal(undefined);
  });
});

describe("A reset that leaves an older backup whose decryption key was kept", () => {
  it("did not finish, and is not shown as complete for a moment when the older backup is here", async () => {
    const scene = await SyncScene.open({ ...HALF, keys: KEYS });
    const next = await makeKeyBackup({ keys: 2, rooms: 1 });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    scene.host.hearOfBackup();
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
    const reset = controller.duringReset(async () => {
      await scene.replaceBackup("1", scene.backup);
      throw new Error("500");
    });
    const statuses: string[] = [];
    controller.addEventListener("statechange", () => statuses.push(controller.state.status));
    await reset.catch(() => {});
    await whenStatus(controller, "unavailable", ({ reason }) => reason === "reset-unfinished");
    expect(scene.host.imported.size).to.equal(KEYS + 2);
    expect(statuses).to.include("importing").and.not.to.include("complete");
    await scene.close();
  });
});

describe("A page that is gone in the midst of a reset", () => {
  it("leaves word of it: another one shows the reset as long as it goes on, and then that it did not finish", async () => {
    const scene = await SyncScene.open({ keys: KEYS });
    const { homeserverUrl, userId } = scene.host.account;
    const { decryptionKey } = scene.backup;
    const parameters = { homeserverUrl, userId, decryptionKey };
    const page = await openHarness<typeof TabPage>("/test/support/harness/tab-page.ts", { ...parameters, tab: "one" });
    const isDeleted = deferred<void>();
    void page.exports.controller.duringReset(async () => {
      await scene.homeserver.script(NO_BACKUP);
      isDeleted.resolve();
      await new Promise(() => {});
    });
    await isDeleted.promise;
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "resetting");
    page.remove();
    await until(() => controller.state.status === "unavailable", "It is known that it ended");
    expect(controller.state).to.deep.include({ reason: "reset-unfinished" });
    await scene.close();
  });
});

describe("A run that failed because of the backup", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  it("looks again when the client hears of another backup", async () => {
    scene = await SyncScene.open({ keys: KEYS, version: () => ({ json: { version: 7 } }) });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "failed", ({ error }) => error.code === "malformed-response");
    await scene.replaceBackup("2", scene.backup);
    scene.host.hearOfBackup();
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
  });

  it("looks again when its key was the wrong one, and the backup of before is the account's again", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    const other = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("2", other);
    scene.host.hearOfBackup();
    await whenStatus(controller, "failed", ({ error }) => error.code === "decryption-key-mismatch");
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(scene.backup),
      [KEYS_PATH]: { json: scene.backup.response },
    });
    scene.host.hearOfBackup();
    const { backup, progress } = await whenStatus(controller, "complete");
    expect([backup.version, progress.imported]).to.deep.equal(["1", KEYS]);
  });

  it("stays failed where another thing is the matter", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    scene.host.accessToken = null;
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "failed", ({ error }) => error.code === "unauthorized");
    const statuses: string[] = [];
    controller.addEventListener("statechange", () => statuses.push(controller.state.status));
    scene.host.hearOfBackup();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(statuses).to.deep.equal([]);
  });
});
