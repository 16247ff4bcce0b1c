import { expect } from "@open-wc/testing";
import { type Host, KeyBackupSyncController, KeyBackupSyncError, type Status } from "../../src/index.js";
import { deferred } from "../support/deferred.js";
import { HALF, KEYS_PATH, SyncScene, VERSION_PATH, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

type Controller = KeyBackupSyncController;

/** Controllers of the same account in one page are to each other what tabs are. */
describe("Tabs of the same account", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  /** One of them downloads, the other shows it. */
  async function tabsInDownload(): Promise<[Controller, Controller]> {
    scene = await SyncScene.open(HALF);
    const [running, showing] = [scene.controller(), scene.controller()];
    await running.start();
    const { progress } = await whenStatus(running, "downloading", (state) => state.progress.downloaded > 0);
    await whenStatus(showing, "downloading", (state) => state.progress.downloaded === progress.downloaded);
    return [running, showing];
  }

  async function expectBoth(tabs: readonly Controller[], status: Status): Promise<void> {
    for (const tab of tabs) await whenStatus(tab, status);
    expect(tabs.map(({ state }) => state.status)).to.deep.equal(tabs.map(() => status));
  }

  it("show the same state to the end, from one run", async () => {
    const [running, showing] = await tabsInDownload();
    const imported = deferred<number>();
    scene.host.beforeImport = () => imported.promise;
    await scene.homeserver.release("rest");
    await whenStatus(running, "importing");
    await whenStatus(showing, "importing", ({ progress }) => progress.downloaded === 12);
    imported.resolve(0);
    const { progress } = await whenStatus(showing, "complete");
    expect(progress.imported).to.equal(12);
    expect(showing.state).to.deep.equal(running.state);
    expect(scene.host.importedInAll).to.equal(12);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
    expect(await scene.requestsFor(VERSION_PATH)).to.equal(1);
  });

  it("that open at the same moment start one run", async () => {
    scene = await SyncScene.open();
    const tabs = [scene.controller(), scene.controller(), scene.controller()];
    await Promise.all(tabs.map((tab) => tab.autoStart()));
    await expectBoth(tabs, "complete");
    expect(scene.host.importedInAll).to.equal(12);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("that open later show at once how far it is", async () => {
    await tabsInDownload();
    const opened = scene.controller();
    await opened.autoStart();
    const { progress } = await whenStatus(opened, "downloading");
    expect(progress.downloaded).to.be.greaterThan(0);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("pause from wherever that is asked, and resume too", async () => {
    const [running, showing] = await tabsInDownload();
    await showing.pause();
    await expectBoth([running, showing], "paused");
    await until(async () => (await scene.homeserver.requested(KEYS_PATH))[0]?.outcome === "aborted", "still open");
    await showing.resume();
    await expectBoth([running, showing], "complete");
    expect(scene.host.importedInAll).to.equal(12);
  });

  it("stop from wherever that is asked, with nothing kept, and start again from there", async () => {
    const [running, showing] = await tabsInDownload();
    await showing.stop();
    await expectBoth([running, showing], "idle");
    const opened = scene.controller();
    await opened.autoStart();
    expect(opened.state.status).to.equal("idle");
    const restarted = whenStatus(running, "downloading", ({ progress }) => progress.downloaded === 0);
    await showing.start();
    await restarted;
    await expectBoth([running, showing, opened], "complete");
  });

  it("know the same fault, as the same error", async () => {
    scene = await SyncScene.open({ answer: () => ({ status: 401, json: {} }) });
    const [running, showing] = [scene.controller(), scene.controller()];
    await running.start();
    const { error } = await whenStatus(showing, "failed");
    expect(error).to.be.instanceOf(KeyBackupSyncError);
    expect([error.code, error.nextMove]).to.deep.equal(["unauthorized", "log-in-again"]);
  });

  it("go on without one that closes, and import nothing twice", async () => {
    scene = await SyncScene.open();
    const release = deferred<number>();
    scene.host.beforeImport = () => release.promise;
    const [running, showing] = [scene.controller(), scene.controller()];
    await running.start();
    await whenStatus(showing, "importing");
    running.close();
    release.resolve(0);
    await whenStatus(showing, "complete");
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
    expect(running.closed).to.equal(true);
  });

  it("leave a run that one of them paused before it closed", async () => {
    const [running, showing] = await tabsInDownload();
    await running.pause();
    running.close();
    await whenStatus(showing, "paused");
    expect(await scene.requestsFor(VERSION_PATH)).to.equal(1);
    await showing.resume();
    await whenStatus(showing, "complete");
  });

  it("go on together when the recovery key is entered in one that only shows the run", async () => {
    scene = await SyncScene.open({ knowsKey: false });
    const running = new KeyBackupSyncController(hearsOfNoKey(scene.host));
    const showing = scene.controller();
    await running.start();
    await whenStatus(showing, "waiting", ({ reason }) => reason === "decryption-key");
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    await expectBoth([running, showing], "complete");
    running.close();
  });

  it("fetch a room first that somebody is looking at in any of them", async () => {
    const [running, showing] = await tabsInDownload();
    const [{ room_id: roomId = "" } = {}] = scene.backup.roomKeys.slice(-1);
    showing.prioritise(roomId);
    await scene.homeserver.requested(`${KEYS_PATH}/${encodeURIComponent(roomId)}`);
    await scene.homeserver.release("rest");
    await expectBoth([running, showing], "complete");
  });

  it("check again when one that only shows the end is asked to", async () => {
    scene = await SyncScene.open();
    const [running, showing] = [scene.controller(), scene.controller()];
    await running.start();
    await expectBoth([running, showing], "complete");
    await showing.start();
    await whenStatus(running, "checking");
    await expectBoth([running, showing], "complete");
    expect(await scene.requestsFor(VERSION_PATH)).to.equal(2);
  });
});

/** The host of another tab: its crypto store is the same, but it is not told when another tab writes the key to it. */
function hearsOfNoKey({ account, cryptoStore, rooms, ...host }: Host): Host {
  const deaf = {
    getContents: cryptoStore.getContents,
    getDecryptionKey: () => cryptoStore.getDecryptionKey(),
    onDecryptionKeyChange: () => () => {},
    importRoomKeys: cryptoStore.importRoomKeys,
    importExportedRoomKeys: cryptoStore.importExportedRoomKeys,
  };
  return { ...host, account, cryptoStore: deaf, rooms, onBackupChange: () => () => {} };
}

/** It has the lock, and says what a test wants. */
class ForeignTab {
  readonly channel: BroadcastChannel;
  readonly heard: unknown[] = [];
  readonly #close = deferred<void>();

  constructor(readonly name: string) {
    this.channel = new BroadcastChannel(name);
    this.channel.addEventListener("message", ({ data }) => this.heard.push(data));
  }

  takeLock(): Promise<void> {
    return new Promise((resolve) => {
      void navigator.locks.request(this.name, () => {
        resolve();
        return this.#close.promise;
      });
    });
  }

  close(): void {
    this.channel.close();
    this.#close.resolve();
  }
}

describe("Beside a tab that is not understood", () => {
  let scene: SyncScene;
  let foreign: ForeignTab;

  beforeEach(async () => {
    scene = await SyncScene.open();
    const { userId, deviceId } = scene.host.account;
    foreign = new ForeignTab(`key-backup-sync:${userId}:${deviceId}`);
    await foreign.takeLock();
  });

  afterEach(async () => {
    foreign.close();
    await scene.close();
  });

  it("a tab says that another one has the run, and takes over when that closes", async () => {
    const controller = scene.controller();
    const started = controller.start();
    await whenStatus(controller, "waiting", ({ reason }) => reason === "other-tab");
    foreign.close();
    await started;
    await whenStatus(controller, "complete");
  });

  it("a tab goes on by what it hears as soon as it understands again", async () => {
    const controller = scene.controller();
    void controller.start();
    await whenStatus(controller, "waiting", ({ reason }) => reason === "other-tab");
    foreign.channel.postMessage({ version: 1, type: "state", state: { status: "checking" } });
    await whenStatus(controller, "checking");
  });

  const strange: readonly (readonly [string, unknown])[] = [
    ["of another version", { version: 2, type: "state", state: { status: "checking" } }],
    ["of an unknown type", { version: 1, type: "shout" }],
    ["with a status of later", { version: 1, type: "state", state: { status: "resting" } }],
    ["with a status that every object has", { version: 1, type: "state", state: { status: "constructor" } }],
    ["with a reason of later", { version: 1, type: "state", state: { status: "unavailable", reason: "eclipse" } }],
    ["without the counts that belong to it", { version: 1, type: "state", state: { status: "paused" } }],
    [
      "with an error of later",
      {
        version: 1,
        type: "state",
        state: { status: "failed", error: { code: "eclipse", retryAfterMs: null }, sync: null },
      },
    ],
    ["with a wish of later", { version: 1, type: "wish", id: 1, wish: "dance" }],
    ["that is no object", "hello"],
  ];
  for (const [what, message] of strange) {
    it(`a tab does not mind a message ${what}`, async () => {
      const controller = scene.controller();
      foreign.channel.postMessage(message);
      foreign.channel.postMessage({ version: 1, type: "state", state: { status: "checking" } });
      await whenStatus(controller, "checking");
      foreign.close();
      await whenStatus(controller, "complete");
    });
  }
});
