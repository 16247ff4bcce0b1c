/** What an earlier version of this library left on the device. */
import { expect } from "@open-wc/testing";
import { type IDBPDatabase, openDB } from "idb";
import { encryptRoomKeys, type KeyBackup, makeKeyBackup } from "../support/room-keys.mjs";
import { KEYS_PATH, SyncScene, VERSION_PATH, whenStatus } from "../support/sync-scene.js";

const KEYS = 40;
const SPOOLED = 35;

/** A row of database version 3, by backup version, with the first chunk of a download that was cut. */
function oldRow({ publicKey }: KeyBackup, bytes: number, sealedKey: unknown) {
  return {
    id: 0.5,
    backup: { version: "1", etag: "1", count: KEYS },
    publicKey,
    segments: [{ lengths: [bytes], bytes, place: "database", of: "backup", whole: false, settled: false }],
    replaced: false,
    whole: false,
    passes: 0,
    cursor: { segment: 0, chunk: 0, offset: 0, inside: null },
    safe: SPOOLED,
    imported: 0,
    failures: { malformed: 0, undecryptable: 0, rejected: 0 },
    pass: 1,
    pages: 0,
    sealedKey,
    storedKeys: [],
    usedAt: Date.now(),
  };
}

async function seal(database: IDBPDatabase, decryptionKey: string) {
  const sealing = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await database.put("sealing", sealing, "key");
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = Uint8Array.from(atob(decryptionKey), (character) => character.charCodeAt(0));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, sealing, bytes) };
}

/** As the library left it that named a backup by its version. */
async function leaveOldDatabase({ backup, host }: SyncScene): Promise<void> {
  const { userId, deviceId } = host.account;
  const database = await openDB(`key-backup-sync:${userId}:${deviceId}`, 3, {
    upgrade(created) {
      for (const name of ["backups", "chunks", "ledger", "choice", "sealing"]) created.createObjectStore(name);
    },
  });
  const { rooms } = await encryptRoomKeys(backup.roomKeys.slice(0, SPOOLED), backup.publicKey);
  const chunk = new TextEncoder().encode(JSON.stringify({ rooms }).slice(0, -2));
  await database.put("chunks", chunk, ["1", 0, 0]);
  await database.put("backups", oldRow(backup, chunk.length, await seal(database, backup.decryptionKey)), "1");
  database.close();
}

describe("What was spooled when a backup was known by its version alone", () => {
  let scene: SyncScene;

  beforeEach(async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    await leaveOldDatabase(scene);
  });

  afterEach(() => scene.close());

  it("is imported with the key that was kept for it, also after another backup of that version took its place", async () => {
    const next = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("1", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    const controller = scene.controller();
    await controller.start();
    const { progress, replaced } = await whenStatus(controller, "complete");
    expect(progress).to.include({ total: 3, imported: 3 });
    expect(replaced).to.deep.equal({ notDownloaded: KEYS - SPOOLED, locked: 0, failed: 0 });
    expect(scene.host.imported.size).to.equal(SPOOLED + 3);
  });

  it("is imported with the key that was kept for it, and the rest downloaded", async () => {
    const controller = scene.controller();
    await controller.start();
    const { progress } = await whenStatus(controller, "complete");
    expect(progress).to.include({ total: KEYS, imported: KEYS });
    expect(scene.host.importedInAll).to.equal(KEYS);
  });

  it("is imported while the homeserver answers for none of its keys", async () => {
    await scene.homeserver.script({
      [VERSION_PATH]: { status: 404, json: { errcode: "M_NOT_FOUND" } },
      [KEYS_PATH]: { status: 500, json: {} },
    });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "unavailable");
    expect(scene.host.imported.size).to.equal(SPOOLED);
  });
});
