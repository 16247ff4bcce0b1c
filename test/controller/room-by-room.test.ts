import { expect } from "@open-wc/testing";
import type { KeyBackup } from "../support/room-keys.mjs";
import type { Step } from "../support/scripted-homeserver.js";
import {
  cutAnswer,
  KEYS_PATH,
  roomPath,
  roomRoutes,
  SyncScene,
  VERSION_PATH,
  versionAnswer,
  whenStatus,
} from "../support/sync-scene.js";
import { until } from "../support/until.js";

const KEYS = 60;
const ROOMS = 6;
const CUT: readonly Step[] = [{ until: "seen" }, { cut: true }];

/** Cut in the midst; what comes after that is for the test to say. */
async function cutScene(routes?: (backup: KeyBackup) => ReturnType<typeof roomRoutes>): Promise<SyncScene> {
  const scene = await SyncScene.open({
    keys: KEYS,
    rooms: ROOMS,
    answer: (backup) => [cutAnswer(backup, 0.6, ...CUT), { json: backup.response }],
    ...(routes && { routes }),
  });
  scene.host.knownRooms = Object.keys(scene.backup.response.rooms);
  return scene;
}

async function runThroughCut(scene: SyncScene) {
  const controller = scene.controller();
  await controller.start();
  await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
  await scene.homeserver.release("seen");
  await whenStatus(controller, "waiting");
  return whenStatus(controller, "complete");
}

async function requestedRooms(scene: SyncScene): Promise<string[]> {
  const paths = (await scene.homeserver.requests()).map(({ path }) => path);
  return paths.filter((path) => path.startsWith(`${KEYS_PATH}/`));
}

describe("A download that was cut, of an account whose rooms are known", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  it("goes on room by room: no whole answer again, no room that is there, every key imported once", async () => {
    scene = await cutScene(roomRoutes);
    const { progress } = await runThroughCut(scene);
    expect(progress.imported).to.equal(KEYS);
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(scene.host.importedInAll).to.equal(KEYS);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
    const rooms = await requestedRooms(scene);
    expect(rooms).to.have.length.within(1, ROOMS - 1);
    const [first = ""] = Object.keys(scene.backup.response.rooms);
    expect(rooms).not.to.contain(roomPath(first));
  });

  it("is looked at again where a key of a room that was there has got better meanwhile", async () => {
    scene = await cutScene(roomRoutes);
    const [first = ""] = Object.keys(scene.backup.response.rooms);
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
    await scene.homeserver.release("seen");
    controller.close();
    await scene.homeserver.script({
      ...roomRoutes(scene.backup),
      [KEYS_PATH]: { json: scene.backup.response },
      [VERSION_PATH]: versionAnswer(scene.backup, { etag: "2" }),
    });
    const other = scene.controller();
    await other.start();
    await whenStatus(other, "complete");
    expect(await requestedRooms(scene)).not.to.contain(roomPath(first));
    expect((await other.assessReset()).kind).to.equal("at-risk");
    await other.start();
    await until(async () => (await other.assessReset()).kind === "none", "It is fetched, too");
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(2);
    expect(scene.host.importedInAll).to.equal(KEYS);
  });

  it("asks for the whole once more when the rooms do not make up the count, and skips what is there", async () => {
    scene = await cutScene((backup) => {
      const unknown = Object.keys(backup.response.rooms).at(-1) ?? "";
      return { ...roomRoutes(backup), [roomPath(unknown)]: { json: { sessions: {} } } };
    });
    const { progress } = await runThroughCut(scene);
    expect(progress.imported).to.equal(KEYS);
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(scene.host.importedInAll).to.equal(KEYS);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(2);
  });

  it("takes no room's answer for granted: what is no room is left out, and comes with the whole", async () => {
    scene = await cutScene((backup) => {
      const rooms = Object.keys(backup.response.rooms);
      const hostile = ['{"sessions":{}}},"x":{"sessions":{', "<html>", "[]", '{"sessions":{}', "null", ""];
      return Object.fromEntries(rooms.map((roomId, at) => [roomPath(roomId), { body: hostile[at] ?? "" }]));
    });
    const { progress } = await runThroughCut(scene);
    expect(progress).to.include({ imported: KEYS, downloaded: KEYS, total: KEYS });
    expect(scene.host.imported.size).to.equal(KEYS);
  });

  it("goes on with the other rooms after another page took over", async () => {
    const slow: Step[] = [{ until: "never" }];
    scene = await cutScene((backup) => {
      const last = Object.keys(backup.response.rooms).at(-1) ?? "";
      return { ...roomRoutes(backup), [roomPath(last)]: [{ body: slow }, { json: backup.response.rooms[last] }] };
    });
    const before = scene.controller();
    await before.start();
    await whenStatus(before, "downloading", ({ progress }) => progress.downloaded > 0);
    await scene.homeserver.release("seen");
    await scene.homeserver.requested(roomPath(Object.keys(scene.backup.response.rooms).at(-1) ?? ""));
    await whenStatus(before, "downloading", ({ progress }) => progress.downloaded >= KEYS - KEYS / ROOMS);
    before.close();
    const controller = scene.controller();
    await controller.autoStart();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(await scene.requestsFor(KEYS_PATH)).to.equal(1);
  });
});

describe("A room that somebody is looking at", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  /** The whole answer does not come before it is released. */
  async function stalledScene(): Promise<{ wanted: string; ids: string[] }> {
    scene = await SyncScene.open({
      keys: KEYS,
      rooms: ROOMS,
      routes: roomRoutes,
      answer: ({ response }) => ({ body: [{ until: "ready" }, { send: JSON.stringify(response) }] }),
    });
    const wanted = Object.keys(scene.backup.response.rooms).at(-1) ?? "";
    return { wanted, ids: Object.keys(scene.backup.response.rooms[wanted]?.sessions ?? {}).sort() };
  }

  async function expectFirst(ids: readonly string[]): Promise<void> {
    while (scene.host.imported.size < ids.length) await new Promise((resolve) => setTimeout(resolve, 20));
    expect([...scene.host.imported.keys()].sort()).to.deep.equal(ids);
  }

  it("has its keys before the whole answer begins, and then all others come", async () => {
    const { wanted, ids } = await stalledScene();
    const controller = scene.controller();
    controller.prioritise(wanted);
    await controller.start();
    await expectFirst(ids);
    await scene.homeserver.release("ready");
    const { progress } = await whenStatus(controller, "complete");
    expect(progress.imported).to.equal(KEYS);
    expect(scene.host.imported.size).to.equal(KEYS);
    expect(await scene.requestsFor(roomPath(wanted))).to.equal(1);
  });

  it("is known by a message that cannot be decrypted", async () => {
    const { wanted, ids } = await stalledScene();
    const controller = scene.controller();
    await controller.start();
    await scene.homeserver.requested(KEYS_PATH);
    scene.host.cannotDecryptIn(wanted);
    await expectFirst(ids);
  });

  it("is not asked for where its ID would make the path of something else", async () => {
    scene = await SyncScene.open({ keys: KEYS, rooms: ROOMS, routes: roomRoutes });
    const controller = scene.controller();
    for (const roomId of ["", ".", ".."]) controller.prioritise(roomId);
    controller.prioritise("!unknown:localhost");
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(KEYS);
    const paths = (await scene.homeserver.requests()).map(({ path }) => path);
    expect([...new Set(paths)].sort()).to.deep.equal([KEYS_PATH, roomPath("!unknown:localhost"), VERSION_PATH].sort());
  });

  it("keeps nothing from coming when its own answer is of no use", async () => {
    scene = await SyncScene.open({ keys: KEYS, rooms: ROOMS });
    const controller = scene.controller();
    controller.prioritise("!unknown:localhost");
    controller.prioritise("!\ud800:localhost");
    await controller.start();
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(KEYS);
  });
});
