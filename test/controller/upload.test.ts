/** Room keys that are on this device alone go to the key backup, whatever the homeserver answers, and unless the user does not want it. */
import { expect } from "@open-wc/testing";
import type { KeyBackupSyncController, KeyBackupSyncState } from "../../src/index.js";
import { type Deferred, deferred } from "../support/deferred.js";
import { makeKeyBackup } from "../support/room-keys.mjs";
import type { RecordedRequest, Script, ScriptedAnswer } from "../support/scripted-homeserver.js";
import { KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";
import { withUploads } from "../support/uploading-machine.js";

const KEYS = 25;
/** Ten keys each. */
const PUTS = 3;
const PUT = `PUT ${KEYS_PATH}`;
const SESSION = `GET ${KEYS_PATH}/{roomId}/{sessionId}`;
const TAKEN: ScriptedAnswer = { json: { etag: "2", count: KEYS } };
const HELD: ScriptedAnswer = { json: { first_message_index: 0 } };

describe("Keys that are on this device alone", () => {
  let scene: SyncScene;

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: 1 });
    withUploads(scene.host);
    const { roomKeys } = await makeKeyBackup({ keys: KEYS, rooms: 2 });
    await scene.host.cryptoStore.importExportedRoomKeys(roomKeys);
    scene.host.uploadsTo = "2";
  });

  afterEach(() => scene.close());

  async function homeserver(routes: Script): Promise<void> {
    const version = versionAnswer(scene.backup, { version: "2", count: KEYS });
    await scene.homeserver.script({ [SESSION]: HELD, [PUT]: TAKEN, ...routes, [VERSION_PATH]: version });
  }

  async function puts(): Promise<number> {
    return (await scene.homeserver.requests()).filter(({ method, path }) => method === "PUT" && path === KEYS_PATH)
      .length;
  }

  function statesOf(controller: KeyBackupSyncController): KeyBackupSyncState[] {
    const states: KeyBackupSyncState[] = [];
    controller.addEventListener("statechange", () => states.push(controller.state));
    return states;
  }

  const isUploaded = (controller: KeyBackupSyncController) => () =>
    scene.host.notBackedUp.size === 0 && !controller.state.uploading;

  it("are uploaded at once, in whatever status, and counted on the way", async () => {
    await homeserver({});
    const controller = scene.controller();
    const states = statesOf(controller);
    await until(isUploaded(controller), "They are uploaded");
    expect(await puts()).to.equal(PUTS);
    expect(states.find(({ uploading }) => uploading)?.uploading).to.include({ total: KEYS, done: 0 });
    expect(controller.state.status).to.equal("idle");
  });

  for (const [what, answer, hold] of [
    ["has no storage space (413)", { status: 413, body: "too large" }, "quota-exceeded"],
    ["has no storage space (507)", { status: 507, json: {} }, "quota-exceeded"],
    ["asks to slow down", { status: 429, json: { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 10 } }, "rate-limited"],
    ["has an error", { status: 500, json: {} }, "homeserver-error"],
  ] as const satisfies readonly (readonly [string, ScriptedAnswer, string])[]) {
    it(`stay here where the homeserver ${what}, and are uploaded after that`, async () => {
      await homeserver({ [PUT]: [TAKEN, answer, TAKEN] });
      const controller = scene.controller();
      const states = statesOf(controller);
      await until(isUploaded(controller), "They are uploaded");
      expect(states.some(({ uploading }) => uploading?.hold === hold)).to.equal(true);
      expect(await puts()).to.equal(PUTS + 1);
    });
  }

  it("would be lost by signing out until they are uploaded", async () => {
    await homeserver({ [PUT]: [{ body: [{ until: "answered" }, { send: JSON.stringify(TAKEN.json) }] }, TAKEN] });
    const controller = scene.controller();
    await scene.homeserver.requested(KEYS_PATH);
    expect((await controller.assessReset()).notUploaded).to.equal(KEYS);
    await scene.homeserver.release("answered");
    await until(isUploaded(controller), "They are uploaded");
    expect(await controller.assessReset()).not.to.have.property("notUploaded");
  });

  it("are left to the next client, without an error, when this one is stopped in mid-upload", async () => {
    await homeserver({
      [PUT]: [TAKEN, { body: [{ until: "answered" }, { send: JSON.stringify(TAKEN.json) }] }, TAKEN],
    });
    const first = scene.controller();
    const states = statesOf(first);
    await scene.homeserver.requested(KEYS_PATH, 2);
    scene.host.stop();
    await scene.homeserver.release("answered");
    await until(() => !first.state.uploading, "It has ended");
    expect(first.state.status).to.equal("idle");
    expect(states.some(({ status, uploading }) => status === "failed" || uploading?.hold)).to.equal(false);
    scene.host.stopped = false;
    const next = scene.controller();
    await until(isUploaded(next), "They are uploaded");
  });

  it("are uploaded to the end after a reload in mid-upload, none of them twice but those that were on their way", async () => {
    await homeserver({ [PUT]: [TAKEN, { body: [{ until: "never" }] }, TAKEN] });
    const before = scene.controller();
    await scene.homeserver.requested(KEYS_PATH, 2);
    before.close();
    await until(isUploaded(scene.controller()), "They are uploaded");
    expect(await puts()).to.equal(PUTS + 1);
  });

  it("are uploaded by one of two tabs, and both tell of it", async () => {
    await homeserver({ [PUT]: [{ body: [{ until: "answered" }, { send: JSON.stringify(TAKEN.json) }] }, TAKEN] });
    const tabs = [scene.controller(), scene.controller()];
    await scene.homeserver.requested(KEYS_PATH);
    await until(() => tabs.every(({ state }) => state.uploading?.total === KEYS), "Both tell of it");
    await scene.homeserver.release("answered");
    await until(() => tabs.every((tab) => isUploaded(tab)()), "They are uploaded");
    expect(await puts()).to.equal(PUTS);
  });

  it("are uploaded again where the homeserver took them and has them not", async () => {
    await homeserver({ [SESSION]: [{ status: 404, json: { errcode: "M_NOT_FOUND" } }, HELD] });
    const controller = scene.controller();
    await until(() => scene.host.backedUpAgain === 1, "All is to be uploaded again");
    await until(isUploaded(controller), "They are uploaded");
    expect(await puts()).to.equal(2 * PUTS);
  });

  for (const [type, content] of [
    ["m.key_backup", { enabled: false }],
    ["m.org.matrix.custom.backup_disabled", { disabled: true }],
  ] as const) {
    it(`are not uploaded where the user turned that off by ${type}, until it is turned on`, async () => {
      const path = `/_matrix/client/v3/user/{userId}/account_data/${type}`;
      await homeserver({ [path]: [{ json: content }, { json: { enabled: true, disabled: false } }] });
      const controller = scene.controller();
      await until(async () => (await accountDataRequests(type)) === 1, "It is asked for");
      await until(() => !controller.state.uploading, "Nothing is told of an upload");
      expect(await puts()).to.equal(0);
      scene.host.hearOfBackup();
      await until(isUploaded(controller), "They are uploaded");
    });
  }

  it("are uploaded where the user turned that on again while the answer that it is off was on its way", async () => {
    const path = "/_matrix/client/v3/user/{userId}/account_data/m.key_backup";
    const off = { body: [{ until: "answered" }, { send: JSON.stringify({ enabled: false }) }] };
    await homeserver({ [path]: [off, { json: { enabled: true } }] });
    const controller = scene.controller();
    await until(async () => (await accountDataRequests("m.key_backup")) === 1, "It is asked for");
    scene.host.hearOfBackup();
    await scene.homeserver.release("answered");
    await until(isUploaded(controller), "They are uploaded");
  });

  describe("while a reset goes on", () => {
    let checks: number;
    let over: Deferred<void>;

    beforeEach(() => {
      checks = 0;
      over = deferred();
      Object.assign(scene.host, { checkBackup: async () => void checks++ });
    });

    /** The reset begins while the homeserver has this request, which is answered then. */
    async function resetDuring(
      controller: KeyBackupSyncController,
      method: string,
    ): Promise<{ readonly reset: Promise<void> }> {
      const isUnderWay = async () => (await scene.homeserver.requests()).some((request) => isOf(request, method));
      await until(isUnderWay, `It is asked for: ${method}`);
      const reset = controller.duringReset(() => over.promise);
      await scene.homeserver.release("answered");
      const isAnswered = async () => (await scene.homeserver.requests()).some(isAnswer(method));
      await until(isAnswered, `It is answered: ${method}`);
      // What follows follows at once, if it is not held back.
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { reset };
    }

    const isOf = ({ method, path }: RecordedRequest, wanted: string) => method === wanted && path.startsWith(KEYS_PATH);
    const isAnswer = (method: string) => (request: RecordedRequest) =>
      isOf(request, method) && request.outcome === "complete";
    const held = (status: number, json: object): ScriptedAnswer => ({
      status,
      body: [{ until: "answered" }, { send: JSON.stringify(json) }],
    });

    it("are not sent", async () => {
      await homeserver({ [PUT]: [held(200, TAKEN.json as object), TAKEN] });
      const controller = scene.controller();
      const { reset } = await resetDuring(controller, "PUT");
      expect(await puts()).to.equal(1);
      over.resolve();
      await reset;
      await until(isUploaded(controller), "They are uploaded");
    });

    it("do not have the client look for another backup", async () => {
      await homeserver({ [PUT]: [held(403, { errcode: "M_WRONG_ROOM_KEYS_VERSION" }), TAKEN] });
      const controller = scene.controller();
      const { reset } = await resetDuring(controller, "PUT");
      expect(checks).to.equal(0);
      over.resolve();
      await reset;
      await until(isUploaded(controller), "They are uploaded");
    });

    it("are not to be uploaded once more", async () => {
      await homeserver({ [SESSION]: [held(404, { errcode: "M_NOT_FOUND" }), HELD] });
      const controller = scene.controller();
      const { reset } = await resetDuring(controller, "GET");
      expect(scene.host.backedUpAgain).to.equal(0);
      over.resolve();
      await reset;
      await until(isUploaded(controller), "They are uploaded");
    });
  });

  async function accountDataRequests(type: string): Promise<number> {
    return (await scene.homeserver.requests()).filter(({ path }) => path.endsWith(type)).length;
  }
});

describe("Where there is no backup", () => {
  for (const [type, content] of [
    ["m.key_backup", { enabled: false }],
    ["m.org.matrix.custom.backup_disabled", { disabled: true }],
  ] as const) {
    it(`the user is told that it was their choice, by ${type}, and of another choice without a reload`, async () => {
      const scene = await SyncScene.open({
        version: () => ({ status: 404, json: { errcode: "M_NOT_FOUND" } }),
        routes: () => ({
          [`/_matrix/client/v3/user/{userId}/account_data/${type}`]: [
            { json: content },
            { json: { enabled: true, disabled: false } },
          ],
        }),
      });
      const controller = scene.controller();
      await controller.start();
      await whenStatus(controller, "unavailable", ({ reason }) => reason === "key-storage-off");
      scene.host.hearOfBackup();
      await whenStatus(controller, "unavailable", ({ reason }) => reason === "no-backup");
      await scene.close();
    });
  }
});

describe("An empty backup whose decryption key is not known", () => {
  it("waits for nothing", async () => {
    const scene = await SyncScene.open({
      knowsKey: false,
      version: (backup) => versionAnswer(backup, { count: 0 }),
      answer: () => ({ json: { rooms: {} } }),
    });
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect(progress.total).to.equal(0);
    await scene.close();
  });
});
