import { expect } from "@open-wc/testing";
import type { Status } from "../../src/index.js";
import { inMidImport } from "../support/mid-import.js";
import { encryptRoomKeys, type KeyBackup, makeKeyBackup, makeRoomKey } from "../support/room-keys.mjs";
import { KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

const KEYS = 40;
const HOUR = 3_600_000;

/** The clock of hours in the test's hand: each call lets one pass. */
function holdHours(): { pass: () => void; release: () => void } {
  const original = globalThis.setInterval;
  const listeners: (() => void)[] = [];
  const held = (listener: TimerHandler, milliseconds?: number, ...args: unknown[]): number => {
    if (milliseconds !== HOUR) return original(listener, milliseconds, ...args) as unknown as number;
    return listeners.push(listener as () => void);
  };
  globalThis.setInterval = held as typeof setInterval;
  return {
    pass: () => {
      for (const listener of listeners) listener();
    },
    release: () => {
      globalThis.setInterval = original;
    },
  };
}

describe("A backup that is complete", () => {
  let scene: SyncScene;
  let hours: ReturnType<typeof holdHours>;

  beforeEach(async () => {
    hours = holdHours();
    scene = await SyncScene.open({ keys: KEYS });
  });

  afterEach(async () => {
    hours.release();
    await scene.close();
  });

  async function completed() {
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    const statuses: Status[] = [];
    controller.addEventListener("statechange", () => statuses.push(controller.state.status));
    return { controller, statuses };
  }

  async function withNewKey(changes: object = {}): Promise<string> {
    const roomKey = makeRoomKey("!new:localhost");
    const { rooms } = await encryptRoomKeys([roomKey], scene.backup.publicKey);
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(scene.backup, { etag: "2", count: KEYS + 1, ...changes }),
      [KEYS_PATH]: { json: { rooms: { ...scene.backup.response.rooms, ...rooms } } },
    });
    return roomKey.session_id;
  }

  it("is looked at when somebody asks what a reset would cost, and another device has changed it", async () => {
    const { controller, statuses } = await completed();
    scene.host.backedUp = { version: "1", count: KEYS + 1 };
    const sessionId = await withNewKey();
    expect(await controller.assessReset()).to.include({ kind: "at-risk", notDownloaded: 1 });
    await until(() => scene.host.imported.has(sessionId), "It is here");
    await whenStatus(controller, "complete");
    expect(await controller.assessReset()).to.include({ kind: "none" });
    expect(statuses.filter((status) => status === "complete")).to.have.length(1);
  });

  it("is looked at every hour, for one small request and without a word", async () => {
    const { statuses } = await completed();
    for (const requests of [2, 3]) {
      hours.pass();
      await scene.homeserver.requested(VERSION_PATH, requests);
    }
    expect(statuses).to.deep.equal([]);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("gets what is new within the hour, and nothing else again", async () => {
    const { controller } = await completed();
    const sessionId = await withNewKey();
    scene.host.importedInAll = 0;
    hours.pass();
    await whenStatus(controller, "complete", ({ backup }) => backup.etag === "2");
    expect(scene.host.imported.has(sessionId)).to.equal(true);
    expect(scene.host.importedInAll).to.equal(1);
  });

  it("is not downloaded again for keys that this device has uploaded itself", async () => {
    await completed();
    await withNewKey();
    scene.host.backedUp = { version: "1", count: KEYS + 1 };
    for (const requests of [2, 3]) {
      hours.pass();
      await scene.homeserver.requested(VERSION_PATH, requests);
    }
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });

  it("stays so where the homeserver cannot be asked", async () => {
    const { controller, statuses } = await completed();
    await scene.homeserver.script({ [VERSION_PATH]: { status: 503 } });
    hours.pass();
    await scene.homeserver.requested(VERSION_PATH, 2);
    expect(statuses).to.deep.equal([]);
    expect(controller.state.status).to.equal("complete");
  });

  it("is found at once when the client hears of another", async () => {
    const { controller } = await completed();
    const next = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    scene.host.hearOfBackup();
    const { progress } = await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
    expect(progress.imported).to.equal(3);
  });

  it("is no longer looked at when the page is done with it", async () => {
    const { controller } = await completed();
    controller.close();
    hours.pass();
    scene.host.hearOfBackup();
    expect(await scene.requestsFor(VERSION_PATH)).to.equal(1);
  });

  it("is uploaded again when the crypto store takes more keys to be in it than there are", async () => {
    const { controller } = await completed();
    scene.host.backedUp = { version: "1", count: KEYS + 5 };
    await controller.start();
    await whenStatus(controller, "complete");
    await until(() => scene.host.backedUpAgain === 1);
  });
});

describe("A reset elsewhere, in mid-import", () => {
  let scene: SyncScene;
  let next: KeyBackup;

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS });
    next = await makeKeyBackup({ keys: 3, rooms: 1 });
  });

  afterEach(() => scene.close());

  /** The answer to that request has arrived, and was heard: some more of them have come and gone. */
  async function answered(path: string, times: number): Promise<void> {
    await until(async () => (await scene.homeserver.requested(path, times))[times - 1]?.outcome === "complete");
    for (let more = 0; more < 5; more++) await fetch(`${scene.homeserver.url}/heard`);
  }

  it("lets the rest go in as exported keys, so that they get into the new backup", async () => {
    const { controller, goOn } = await inMidImport(scene);
    const before = scene.host.imported.size;
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    scene.host.hearOfBackup();
    await answered(VERSION_PATH, 2);
    goOn();
    const { progress } = await whenStatus(controller, "complete", ({ backup }) => backup.version === "2");
    expect(progress.imported).to.equal(3);
    expect(scene.host.imported.size).to.equal(KEYS + 3);
    expect(scene.host.notBackedUp.size).to.be.within(1, KEYS - before);
  });

  it("leaves a run alone that is about the backup of now", async () => {
    const { controller, goOn } = await inMidImport(scene);
    scene.host.hearOfBackup();
    await scene.homeserver.requested(VERSION_PATH, 2);
    goOn();
    await whenStatus(controller, "complete");
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
    expect(scene.host.importedInAll).to.equal(KEYS);
  });
});

describe("A reset elsewhere, in mid-download", () => {
  it("is told truthfully: what is spooled is imported, what was not downloaded is counted", async () => {
    const scene = await SyncScene.open({
      keys: KEYS,
      answer: ({ response }) => {
        const text = JSON.stringify(response);
        return { body: [{ send: text.slice(0, text.length / 2) }, { until: "reset" }, { cut: true }] };
      },
    });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
    const next = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(next, { version: "2" }),
      [KEYS_PATH]: [{ status: 404, json: { errcode: "M_NOT_FOUND" } }, { json: next.response }],
    });
    await scene.homeserver.release("reset");
    await whenStatus(controller, "failed", ({ error }) => error.code === "decryption-key-mismatch");
    scene.host.learnDecryptionKey(next.decryptionKey);
    const { replaced } = await whenStatus(controller, "complete");
    const saved = scene.host.imported.size - 3;
    expect(saved).to.be.within(1, KEYS - 1);
    expect(replaced).to.deep.equal({ notDownloaded: KEYS - saved, locked: 0, failed: 0 });
    await scene.close();
  });
});
