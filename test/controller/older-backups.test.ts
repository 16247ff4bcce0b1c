/** Older backups that the homeserver still has beside the present one. */
import { expect } from "@open-wc/testing";
import { openDB } from "idb";
import { encodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/recovery-key.js";
import type { KeyBackupSyncController } from "../../src/index.js";
import { fullAfter, hasFiles, roomFor, unreadable } from "../support/poor-storage.js";
import { type KeyBackup, makeKeyBackup } from "../support/room-keys.mjs";
import type { Script, ScriptedAnswer } from "../support/scripted-homeserver.js";
import { stubWorkers } from "../support/stubbed-worker.js";
import {
  cutAnswer,
  KEYS_PATH,
  roomRoutes,
  SyncScene,
  VERSION_PATH,
  versionAnswer,
  whenStatus,
} from "../support/sync-scene.js";

const KEYS = 4;
const OLD_KEYS = 12;
const THIRD_KEYS = 3;
/** A chunk is ended after a few milliseconds, in place of a second. */
const MANY_CHUNKS = `
  const later = self.setTimeout;
  self.setTimeout = (work, milliseconds) => later.call(self, work, milliseconds === 1000 ? 5 : milliseconds);
`;
const GONE: ScriptedAnswer = { status: 404, json: { errcode: "M_NOT_FOUND", error: "Unknown backup version" } };

const idsOf = ({ roomKeys }: KeyBackup) => roomKeys.map(({ session_id }) => session_id);

/** As the homeserver answers about an older backup. */
function olderRoutes(version: string, backup: KeyBackup, changes: object = {}): Script {
  return {
    [`${VERSION_PATH}/${version}`]: versionAnswer(backup, { version, ...changes }),
    [`${KEYS_PATH}?version=${version}`]: { json: backup.response },
  };
}

function presentRoutes(version: string, backup: KeyBackup, changes: object = {}): Script {
  return {
    [VERSION_PATH]: versionAnswer(backup, { version, ...changes }),
    [`${KEYS_PATH}?version=${version}`]: { json: backup.response },
  };
}

/** On this page, what is to take so many milliseconds takes a few, until what it returns is called. */
function hurried(long: number): () => void {
  const { setTimeout: later } = globalThis;
  const sooner = (work: () => void, milliseconds?: number) => later(work, milliseconds === long ? 50 : milliseconds);
  globalThis.setTimeout = sooner as typeof later;
  return () => {
    globalThis.setTimeout = later;
  };
}

describe("An older backup that the homeserver still has", () => {
  let scene: SyncScene;
  let old: KeyBackup;
  let third: KeyBackup;

  before(async () => {
    old = await makeKeyBackup({ keys: OLD_KEYS, rooms: 3 });
    third = await makeKeyBackup({ keys: THIRD_KEYS, rooms: 1 });
  });

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS });
  });

  afterEach(() => scene.close());

  /** The client makes its present backup with the key of the older one. */
  function knowOldKey(): void {
    scene.host.learnDecryptionKey(old.decryptionKey);
  }

  /** With version 2 as the present one, empty where `isEmpty`. */
  async function script(routes: Script, version = "2"): Promise<void> {
    await scene.homeserver.script({
      ...presentRoutes(version, scene.backup),
      ...routes,
      [`${VERSION_PATH}/{version}`]: GONE,
    });
  }

  async function completed(controller: KeyBackupSyncController = scene.controller()) {
    await controller.start();
    return whenStatus(controller, "complete");
  }

  function expectInStore(...backups: readonly KeyBackup[]): void {
    expect([...scene.host.imported.keys()].sort()).to.deep.equal(backups.flatMap(idsOf).sort());
  }

  /** A run that knows the key of the old version, and is gone in mid-download; the client has the key of the next one then. */
  async function oldKeyKept(version = "1"): Promise<void> {
    await scene.homeserver.script({
      ...presentRoutes(version, old),
      [`${KEYS_PATH}?version=${version}`]: cutAnswer(old, 0.4, { until: "never" }),
    });
    knowOldKey();
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 2);
    controller.close();
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
  }

  it("counts as at risk, and is not downloaded for that", async () => {
    await script(olderRoutes("1", old));
    const controller = scene.controller();
    expect(await controller.assessReset()).to.deep.include({
      kind: "at-risk",
      notDownloaded: KEYS + OLD_KEYS,
      older: { notDownloaded: OLD_KEYS, locked: OLD_KEYS },
    });
  });

  for (const [what, present] of [
    ["complete", {}],
    ["empty", { count: 0, etag: "0" }],
  ] as const) {
    it(`counts as at risk also where the present one is ${what}`, async () => {
      await script({});
      const first = scene.controller();
      await completed(first);
      first.close();
      await script({
        ...olderRoutes("1", old),
        [VERSION_PATH]: versionAnswer(scene.backup, { version: "2", ...present }),
      });
      const assessment = await scene.controller().assessReset();
      expect(assessment).to.include({ kind: "at-risk", notDownloaded: OLD_KEYS });
    });
  }

  it("that is locked is downloaded, told, and imported once its recovery key is entered", async () => {
    await script(olderRoutes("1", old));
    const controller = scene.controller();
    const { replaced, backup } = await completed(controller);
    expect([backup.version, replaced]).to.deep.equal(["2", { notDownloaded: 0, locked: OLD_KEYS, failed: 0 }]);
    expectInStore(scene.backup);
    expect(await controller.assessReset()).to.deep.include({
      kind: "none",
      earlier: 0,
      older: { notDownloaded: 0, locked: OLD_KEYS },
    });
    const recoveryKey = encodeRecoveryKey(Uint8Array.from(atob(old.decryptionKey), (it) => it.charCodeAt(0))) ?? "";
    await controller.unlock(recoveryKey);
    await whenStatus(controller, "complete", (state) => state.replaced === null);
    expectInStore(scene.backup, old);
    expect([...scene.host.notBackedUp].sort()).to.deep.equal(idsOf(old).sort());
    expect(await controller.assessReset()).to.deep.equal({ kind: "none", earlier: 0 });
  });

  it("that is locked costs nothing to log out, for which no others are looked for, but does once it is deleted", async () => {
    await script(olderRoutes("8", old), "9");
    const controller = scene.controller();
    await completed(controller);
    const before = (await scene.homeserver.requests()).length;
    expect(await controller.assessReset(undefined, "logout")).to.deep.equal({ kind: "none", earlier: 0 });
    const asked = (await scene.homeserver.requests()).slice(before).map(({ path }) => path.replace(VERSION_PATH, ""));
    expect(asked).to.deep.equal(["", "/8"]);
    await script({}, "9");
    expect(await controller.assessReset(undefined, "logout")).to.deep.equal({ kind: "none", earlier: OLD_KEYS });
  });

  it("that this device had begun to download is fetched to its end, room by room, and imported", async () => {
    await oldKeyKept();
    await script({ ...olderRoutes("1", old), ...roomRoutes(old) });
    const controller = scene.controller();
    const { replaced } = await completed(controller);
    expect(replaced).to.equal(null);
    expectInStore(scene.backup, old);
    expect([...scene.host.notBackedUp].sort()).to.deep.equal(idsOf(old).sort());
    expect(await controller.assessReset()).to.deep.equal({ kind: "none", earlier: 0 });
  });

  it("that was deleted meanwhile is told as not downloaded, and what there is of it is imported", async () => {
    await oldKeyKept();
    await script({});
    const { replaced } = await completed();
    const spooled = KEYS + OLD_KEYS - (replaced?.notDownloaded ?? 0);
    // The last one was cut in its midst.
    expect(scene.host.imported.size).to.be.within(spooled - 1, spooled);
    expect(replaced?.notDownloaded).to.be.greaterThan(0);
  });

  it("with a version that is no number is found where it was begun here", async () => {
    await oldKeyKept("first");
    await script({ ...olderRoutes("first", old), ...roomRoutes(old) }, "second");
    const { replaced } = await completed();
    expect(replaced).to.equal(null);
    expectInStore(scene.backup, old);
  });

  it("is downloaded once", async () => {
    await oldKeyKept();
    await script({ ...olderRoutes("1", old), ...roomRoutes(old) });
    const first = scene.controller();
    await completed(first);
    first.close();
    const before = (await scene.homeserver.requests()).length;
    await completed();
    const paths = (await scene.homeserver.requests()).slice(before).map(({ path }) => path);
    expect(paths.filter((path) => path.startsWith(KEYS_PATH))).to.deep.equal([]);
  });

  /** All of version 1 is here; then another client makes the next one, and the first one's decryption key is known here no more. */
  async function oldOneComplete(): Promise<void> {
    await scene.homeserver.script(presentRoutes("1", old));
    knowOldKey();
    const controller = scene.controller();
    await completed(controller);
    controller.close();
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
  }

  async function versionsKept(): Promise<string[]> {
    const { userId, deviceId } = scene.host.account;
    const database = await openDB(`key-backup-sync:${userId}:${deviceId}`);
    const rows = await database.getAll("backups");
    database.close();
    return rows.map(({ backup }) => backup.version);
  }

  it("that was complete when another client replaced it needs no download, nor its decryption key", async () => {
    await oldOneComplete();
    await script(olderRoutes("1", old));
    const before = (await scene.homeserver.requests()).length;
    const controller = scene.controller();
    const { replaced } = await completed(controller);
    const queries = (await scene.homeserver.requests()).slice(before).map(({ query }) => query.version);
    expect([replaced, queries.includes("1")]).to.deep.equal([null, false]);
    expect(await controller.assessReset()).to.deep.equal({ kind: "none", earlier: 0 });
    expectInStore(scene.backup, old);
  });

  it("is fetched to its end with the decryption key that was kept, also after a stop", async () => {
    await oldKeyKept();
    await script({
      ...olderRoutes("1", old),
      [`${KEYS_PATH}?version=2`]: cutAnswer(scene.backup, 0.5, { until: "never" }),
    });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", () => scene.host.imported.size > 0);
    await controller.stop();
    await script(olderRoutes("1", old));
    const { replaced } = await completed(controller);
    expect(replaced).to.equal(null);
    expectInStore(scene.backup, old);
  });

  it("whose decryption key the client takes for that of the present one is imported, though the present one is not", async () => {
    await script(olderRoutes("1", old));
    knowOldKey();
    const controller = scene.controller();
    await controller.start();
    const { error } = await whenStatus(controller, "failed");
    expect(error.code).to.equal("decryption-key-mismatch");
    expectInStore(old);
  });

  it("whose decryption key the client took for that of the present one is imported later, without the client's help", async () => {
    await script({ [`${VERSION_PATH}/1`]: { status: 500 } });
    knowOldKey();
    const first = scene.controller();
    await first.start();
    await whenStatus(first, "failed");
    first.close();
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    await script(olderRoutes("1", old));
    const { replaced } = await completed();
    expect(replaced).to.equal(null);
    expectInStore(scene.backup, old);
  });

  it("whose decryption key was kept does not wait for that of the present one", async () => {
    await oldKeyKept();
    scene.host.forgetDecryptionKey();
    await script({ ...olderRoutes("1", old), ...roomRoutes(old) });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(
      controller,
      "waiting",
      ({ reason }) => reason === "decryption-key" && scene.host.imported.size === OLD_KEYS,
    );
    expectInStore(old);
    scene.host.learnDecryptionKey(scene.backup.decryptionKey);
    await whenStatus(controller, "complete");
    expectInStore(scene.backup, old);
  });

  for (const [when, version] of [
    ["deleted on the homeserver", "2"],
    ["its version is that of another one", "1"],
  ] as const) {
    it(`leaves nothing behind on this device once it is complete, and ${when}`, async () => {
      await oldOneComplete();
      await script({}, version);
      const { backup } = await completed();
      expect(await versionsKept()).to.deep.equal([backup.version]);
    });
  }

  it("is looked for also where the present one was complete before", async () => {
    await script({});
    const first = scene.controller();
    await completed(first);
    first.close();
    await script(olderRoutes("1", old));
    knowOldKey();
    const controller = scene.controller();
    await controller.autoStart();
    await whenStatus(controller, "complete", () => scene.host.imported.size > KEYS);
    expectInStore(scene.backup, old);
  });

  it("that was not found, and is the present one again, is downloaded once, without a fault", async () => {
    await oldKeyKept();
    await script({});
    const controller = scene.controller();
    await completed(controller);
    await scene.homeserver.script(presentRoutes("1", old));
    knowOldKey();
    const before = (await scene.homeserver.requests()).length;
    const reasons = new Set<string>();
    controller.addEventListener("statechange", () => {
      if (controller.state.status === "waiting") reasons.add(controller.state.reason);
    });
    scene.host.hearOfBackup();
    await whenStatus(controller, "complete", ({ backup }) => backup.version === "1");
    expectInStore(scene.backup, old);
    const paths = (await scene.homeserver.requests()).slice(before).map(({ path }) => path);
    expect([paths.filter((path) => path === KEYS_PATH).length, ...reasons]).to.deep.equal([1]);
  });

  it("is the present one again when the newest is deleted", async () => {
    await script(olderRoutes("1", old));
    const controller = scene.controller();
    await completed(controller);
    await scene.homeserver.script({ ...presentRoutes("1", old), [`${VERSION_PATH}/{version}`]: GONE });
    knowOldKey();
    scene.host.hearOfBackup();
    const { replaced } = await whenStatus(controller, "complete", ({ backup }) => backup.version === "1");
    expect(replaced).to.equal(null);
    expectInStore(scene.backup, old);
  });

  for (const [what, odd] of [
    ["answers 500", { status: 500 }],
    ["has no count", { json: { version: "2" } }],
    ["answers for another version", { json: { version: "9" } }],
    ["is of an endpoint that is not there", { status: 404, json: { errcode: "M_UNRECOGNIZED" } }],
  ] as const) {
    it(`costs the others nothing when one ${what}, and leaves nobody sure`, async () => {
      await oldKeyKept();
      await script({ ...olderRoutes("1", old), ...roomRoutes(old), [`${VERSION_PATH}/2`]: odd }, "3");
      const controller = scene.controller();
      await completed(controller);
      expectInStore(scene.backup, old);
      expect(await controller.assessReset()).to.include({ kind: "unknown", reason: "homeserver-error" });
    });
  }

  it("whose auth_data is damaged is counted, and costs the others nothing", async () => {
    await oldKeyKept();
    const damaged = versionAnswer(third, { version: "2", auth_data: { public_key: 7 } });
    await script({ ...olderRoutes("1", old), ...roomRoutes(old), [`${VERSION_PATH}/2`]: damaged }, "3");
    const controller = scene.controller();
    await completed(controller);
    expectInStore(scene.backup, old);
    expect(await controller.assessReset()).to.deep.include({
      kind: "at-risk",
      notDownloaded: THIRD_KEYS,
      older: { notDownloaded: THIRD_KEYS, locked: THIRD_KEYS },
    });
  });

  it("whose keys are answered by 500 is told, and costs the others nothing", async () => {
    await oldKeyKept();
    const failing = { ...olderRoutes("2", third), [`${KEYS_PATH}?version=2`]: { status: 500 } };
    await script({ ...olderRoutes("1", old), ...roomRoutes(old), ...failing }, "3");
    const { replaced } = await completed();
    expect(replaced).to.deep.equal({ notDownloaded: THIRD_KEYS, locked: 0, failed: 0 });
    expectInStore(scene.backup, old);
  });

  it("that is silent for long does not keep the present one from being complete, and is imported when it comes", async () => {
    await oldKeyKept();
    const late = { body: [{ until: "late" }, { send: JSON.stringify(old.response) }] };
    await script({ ...olderRoutes("1", old), [`${KEYS_PATH}?version=1`]: late });
    const restore = hurried(20_000);
    const controller = scene.controller();
    const { replaced } = await completed(controller);
    restore();
    expect(replaced?.notDownloaded).to.be.greaterThan(0);
    await scene.homeserver.release("late");
    await whenStatus(controller, "complete", (state) => state.replaced === null);
    expectInStore(scene.backup, old);
  });

  it("whose answer is broken is downloaded once, and counted until there is a better one", async () => {
    await oldKeyKept();
    const text = JSON.stringify(old.response);
    const at = text.lastIndexOf('"sessions"');
    const broken = { body: `${text.slice(0, at)}]]${text.slice(at)}` };
    await script({ ...olderRoutes("1", old), [`${KEYS_PATH}?version=1`]: broken });
    const controller = scene.controller();
    const { replaced } = await completed(controller);
    const before = await scene.requestsFor(KEYS_PATH);
    const again = await completed(controller);
    expect([replaced, again.replaced, await scene.requestsFor(KEYS_PATH)]).to.deep.equal([replaced, replaced, before]);
    expect(replaced?.notDownloaded).to.be.greaterThan(0);
    expect((await controller.assessReset()).older?.notDownloaded).to.equal(replaced?.notDownloaded);
    await script(olderRoutes("1", old, { etag: "2" }));
    expect((await completed(controller)).replaced).to.equal(null);
    expectInStore(scene.backup, old);
  });

  describe("in a browser", () => {
    let restore = () => {};

    afterEach(() => restore());

    it("without room for it counts as not downloaded as long as it is locked", async () => {
      restore = stubWorkers(roomFor(20_000));
      await script(olderRoutes("1", old));
      const controller = scene.controller();
      const { replaced } = await completed(controller);
      expect(replaced).to.deep.equal({ notDownloaded: OLD_KEYS, locked: 0, failed: 0 });
      const { older } = await controller.assessReset();
      expect(older).to.deep.equal({ notDownloaded: OLD_KEYS, locked: OLD_KEYS });
    });

    it("whose disk gets full in the midst of it keeps the run from its end in no way", async () => {
      restore = stubWorkers(`${fullAfter(6000)}${MANY_CHUNKS}`);
      const text = JSON.stringify(old.response);
      const part = Math.ceil(text.length / 12);
      const pieces = Array.from({ length: 12 }, (_, index) => text.slice(index * part, (index + 1) * part));
      const body = pieces.flatMap((send) => [{ send }, { wait: 30 }]);
      await script({ ...olderRoutes("1", old), [`${KEYS_PATH}?version=1`]: { body } });
      expect((await completed()).replaced).to.deep.equal({ notDownloaded: OLD_KEYS, locked: 0, failed: 0 });
    });

    it("that cannot read what is stored of it goes on with the next one", async function () {
      if (!hasFiles()) this.skip();
      await oldKeyKept("2");
      restore = stubWorkers(unreadable(1000, 10_000));
      await script({ ...olderRoutes("2", old), ...olderRoutes("1", third) }, "3");
      const controller = scene.controller();
      await controller.start();
      const { error, sync } = await whenStatus(controller, "failed");
      expect([error.code, sync?.replaced?.locked]).to.deep.equal(["storage-unavailable", THIRD_KEYS]);
    });
  });

  it("is looked for gently by a run, and to the end where a reset is about to delete it", async () => {
    const lookups = async () =>
      (await scene.homeserver.requests()).filter(({ path }) => path.startsWith(`${VERSION_PATH}/`)).length;
    await script(olderRoutes("1", old), "60");
    const controller = scene.controller();
    await completed(controller);
    expect(await lookups()).to.be.within(10, 13);
    expect(await controller.assessReset()).to.deep.include({ kind: "at-risk", notDownloaded: OLD_KEYS });
    expect(await lookups()).to.be.within(59, 60);
  });
});
