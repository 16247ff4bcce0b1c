import { expect } from "@open-wc/testing";
import { encodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/recovery-key.js";
import { firstMessageIndexOf } from "../../src/best-copies.js";
import type { ResetAssessment } from "../../src/index.js";
import { isSecured } from "../../src/secure-first.js";
import { codeOf } from "../support/code-of.js";
import { copyFrom } from "../support/copy-from.js";
import { deferred } from "../support/deferred.js";
import { loseChunks } from "../support/lose-chunks.js";
import { inMidImport } from "../support/mid-import.js";
import { openKeyExport } from "../support/open-key-export.js";
import {
  encryptForBackup,
  makeKeyBackup,
  makeRoomKey,
  plaintextOf,
  type SyntheticRoomKey,
} from "../support/room-keys.mjs";
import { HALF, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";

const KEYS = 40;
/** More than a batch of a file. */
const MANY = 120;
const PASSPHRASE = "correct horse battery staple";

/** @param decryptionKey base64 */
function recoveryKeyOf(decryptionKey: string): string {
  return encodeRecoveryKey(Uint8Array.from(atob(decryptionKey), (character) => character.charCodeAt(0))) ?? "";
}

/** A controller with all keys safe, and no decryption key. */
async function locked(scene: SyncScene) {
  const controller = scene.controller();
  await controller.start();
  await whenStatus(controller, "waiting", ({ reason }) => reason === "decryption-key");
  return controller;
}

describe("What a reset would cost", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  const NOTHING: ResetAssessment = { kind: "none", earlier: 0 };

  it("is all keys before they are downloaded", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const assessment = await scene.controller().assessReset();
    expect(assessment).to.deep.equal({
      kind: "at-risk",
      notDownloaded: KEYS,
      notImported: 0,
      unreadable: 0,
      earlier: 0,
    });
  });

  it("names the keys that are in no backup where the account has none, and why", async () => {
    scene = await SyncScene.open({ version: () => ({ status: 404, json: { errcode: "M_NOT_FOUND" } }) });
    const controller = scene.controller();
    expect(await controller.assessReset()).to.deep.equal(NOTHING);
    await scene.host.cryptoStore.importExportedRoomKeys(scene.backup.roomKeys);
    const inNoBackup = { count: scene.backup.roomKeys.length, reason: "no-backup" };
    expect(await controller.assessReset()).to.deep.equal({ ...NOTHING, inNoBackup });
    const type = "/_matrix/client/v3/user/{userId}/account_data/m.key_backup";
    await scene.homeserver.script({
      [VERSION_PATH]: { status: 404, json: { errcode: "M_NOT_FOUND" } },
      [type]: { json: { enabled: false } },
    });
    expect((await controller.assessReset()).inNoBackup?.reason).to.equal("key-storage-off");
  });

  it("names the keys that this device alone has where it does not use the account's backup", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    expect(await controller.assessReset()).to.deep.equal(NOTHING);
    await scene.host.cryptoStore.importExportedRoomKeys([makeRoomKey("!own:localhost")]);
    const inNoBackup = { count: 1, reason: "backup-not-used" };
    expect(await controller.assessReset()).to.deep.equal({ ...NOTHING, inNoBackup });
  });

  it("names the keys of this device where its client uploads to a backup that another device has replaced", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    scene.host.uploadsTo = "1";
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(await makeKeyBackup({ keys: 1, rooms: 1 }), { version: "2", count: 0 }),
    });
    const { inNoBackup } = await controller.assessReset();
    expect(inNoBackup).to.deep.equal({ count: KEYS, reason: "backup-not-used" });
  });

  it("is those that are not imported, once they are downloaded", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const { controller, goOn } = await inMidImport(scene);
    const assessment = await controller.assessReset();
    expect(assessment).to.include({ kind: "at-risk", notDownloaded: 0, unreadable: 0 });
    expect((assessment as { notImported: number }).notImported).to.be.within(1, KEYS - 1);
    goOn();
  });

  it("is nothing when all are imported, or there is no backup, or it is empty", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    expect(await controller.assessReset()).to.deep.equal(NOTHING);
    await scene.homeserver.script({ [VERSION_PATH]: versionAnswer(scene.backup, { etag: "9", count: 0 }) });
    expect(await controller.assessReset()).to.deep.equal(NOTHING);
    await scene.homeserver.script({ [VERSION_PATH]: { status: 404, json: { errcode: "M_NOT_FOUND" } } });
    const inNoBackup = { count: KEYS, reason: "no-backup" };
    expect(await controller.assessReset()).to.deep.equal({ ...NOTHING, inNoBackup });
  });

  it("is a key at least when the etag moved since", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "complete");
    await scene.homeserver.script({ [VERSION_PATH]: versionAnswer(scene.backup, { etag: "2" }) });
    expect(await controller.assessReset()).to.include({ kind: "at-risk", notDownloaded: 1 });
  });

  it("cannot be told without the decryption key, though all is downloaded", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const assessment = await (await locked(scene)).assessReset();
    expect(assessment).to.deep.equal({
      kind: "unknown",
      reason: "no-decryption-key",
      known: { notDownloaded: 0, notImported: KEYS, unreadable: 0 },
      earlier: 0,
    });
  });

  it("is waited for no longer when the page is done with the run", async () => {
    scene = await SyncScene.open({ ...HALF, keys: KEYS });
    const controller = scene.controller();
    const secured = isSecured(controller);
    await whenStatus(controller, "downloading");
    controller.close();
    expect(await secured).to.equal(false);
  });

  it("cannot be told with the decryption key of another backup, though all is downloaded", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    await scene.replaceBackup("2", await makeKeyBackup({ keys: 3, rooms: 1 }));
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "failed", ({ error }) => error.code === "decryption-key-mismatch");
    expect(await controller.assessReset()).to.deep.include({
      kind: "unknown",
      reason: "no-decryption-key",
      known: { notDownloaded: 0, notImported: 3, unreadable: 0 },
    });
    expect(await isSecured(controller)).to.equal(false);
  });

  for (const [reason, answer] of [
    ["offline", { body: [{ cut: true }] }],
    ["homeserver-error", { status: 500 }],
  ] as const) {
    it(`cannot be told when the homeserver is: ${reason}`, async () => {
      scene = await SyncScene.open({ keys: KEYS, version: () => answer });
      expect(await scene.controller().assessReset()).to.deep.equal({
        kind: "unknown",
        reason,
        known: null,
        earlier: 0,
      });
    });
  }

  describe("beside keys of an earlier backup", () => {
    beforeEach(async () => {
      scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
      (await locked(scene)).close();
      await scene.replaceBackup("2", await makeKeyBackup({ keys: 3, rooms: 1 }));
    });

    it("is told without them, for a reset leaves them", async () => {
      expect(await scene.controller().assessReset()).to.include({ kind: "at-risk", notDownloaded: 3, earlier: KEYS });
    });

    it("is told with their number also when there is no backup any more", async () => {
      await scene.homeserver.script({ [VERSION_PATH]: { status: 404, json: { errcode: "M_NOT_FOUND" } } });
      expect(await scene.controller().assessReset()).to.deep.equal({ kind: "none", earlier: KEYS });
    });

    it("cannot be told when the homeserver cannot be reached, but their number can", async () => {
      const controller = scene.controller();
      await controller.start();
      await whenStatus(controller, "waiting", ({ sync }) => sync?.replaced?.locked === KEYS);
      await scene.homeserver.script({ [VERSION_PATH]: { body: [{ cut: true }] } });
      expect(await controller.assessReset()).to.include({ kind: "unknown", reason: "offline", earlier: KEYS });
    });
  });
});

describe("A rescue copy", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  it("with a passphrase has every key that is downloaded, also those that are imported already", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const { controller, goOn } = await inMidImport(scene);
    const { fileName, stream, hasGaps } = await controller.rescueCopy(PASSPHRASE);
    expect(fileName).to.match(/\.txt$/);
    const roomKeys = JSON.parse(await openKeyExport(await new Response(stream).text(), PASSPHRASE)) as {
      session_id: string;
    }[];
    expect(roomKeys.map(({ session_id }) => session_id).sort()).to.deep.equal(
      scene.backup.roomKeys.map(({ session_id }) => session_id).sort(),
    );
    expect(await hasGaps).to.equal(false);
    goOn();
  });

  it("with a passphrase has a session that comes twice once, by its better copy", async () => {
    scene = await SyncScene.open({
      keys: KEYS,
      answer: ({ response, publicKey, roomKeys }) => {
        const [first] = roomKeys as [SyntheticRoomKey];
        const sessions = { [first.session_id]: encryptForBackup(plaintextOf(copyFrom(first, 5)), publicKey) };
        const again = JSON.stringify({ [first.room_id]: { sessions } }).slice(1);
        return { body: JSON.stringify(response).replace(/\}\}$/, `,${again}}`) };
      },
    });
    const { controller, goOn } = await inMidImport(scene);
    const { stream, hasGaps } = await controller.rescueCopy(PASSPHRASE);
    const file = await new Response(stream).text();
    const roomKeys = JSON.parse(await openKeyExport(file, PASSPHRASE)) as SyntheticRoomKey[];
    expect(roomKeys.map(firstMessageIndexOf)).to.deep.equal(Array(KEYS).fill(0));
    expect(await hasGaps).to.equal(false);
    goOn();
  });

  it("has every key around a NUL byte of the homeserver's", async () => {
    scene = await SyncScene.open({
      keys: KEYS,
      knowsKey: false,
      answer: ({ response }) => ({ body: JSON.stringify(response).replace('"ciphertext":"', '"ciphertext":"\0') }),
    });
    const controller = await locked(scene);
    const { stream, hasGaps } = await controller.rescueCopy(null);
    const file = await new Response(stream).blob();
    expect(await hasGaps).to.equal(false);
    const other = await SyncScene.open({ keys: 1 });
    const rescued = await other.controller().importRescueCopy(file, recoveryKeyOf(scene.backup.decryptionKey));
    expect(rescued).to.deep.equal({ imported: KEYS - 1, failed: 1 });
    await other.close();
  });

  it("of what is imported while it is made says that it is not whole", async () => {
    scene = await SyncScene.open({ keys: KEYS });
    const { controller, goOn } = await inMidImport(scene);
    const { stream } = await controller.rescueCopy(null);
    goOn();
    await whenStatus(controller, "complete");
    expect(await codeOf(stream.pipeTo(new WritableStream()))).to.equal("rescue-copy-overtaken");
  });

  it("breaks off when another one is begun", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const controller = await locked(scene);
    const first = await controller.rescueCopy(null);
    const second = await controller.rescueCopy(null);
    expect(await codeOf(first.stream.pipeTo(new WritableStream()))).to.equal("rescue-copy-overtaken");
    expect(await codeOf(first.hasGaps)).to.equal("rescue-copy-overtaken");
    const third = await controller.rescueCopy(null);
    await second.stream.cancel();
    expect(await second.hasGaps.catch(({ name }) => name)).to.equal("AbortError");
    const file = await new Response(third.stream).blob();
    const other = await SyncScene.open({ keys: 1 });
    const rescued = await other.controller().importRescueCopy(file, recoveryKeyOf(scene.backup.decryptionKey));
    expect(rescued).to.deep.equal({ imported: KEYS, failed: 0 });
    await other.close();
  });

  it("with a passphrase says so when a key cannot be decrypted", async () => {
    scene = await SyncScene.open({
      keys: KEYS,
      answer: ({ response }) => {
        const room = Object.values(response.rooms)[0] as { sessions: Record<string, unknown> };
        return {
          json: { rooms: { ...response.rooms, "!bad:localhost": { sessions: { ...room.sessions, bad: {} } } } },
        };
      },
    });
    const { controller, goOn } = await inMidImport(scene);
    const { stream, hasGaps } = await controller.rescueCopy(PASSPHRASE);
    await new Response(stream).text();
    expect(await hasGaps).to.equal(true);
    goOn();
  });

  it("of what is gone from this device says so", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const controller = await locked(scene);
    await loseChunks(scene.host.account);
    const { stream } = await controller.rescueCopy(null);
    expect(await codeOf(stream.pipeTo(new WritableStream()))).to.equal("storage-unavailable");
  });

  it("of which some is gone has the rest, and says that it has gaps", async () => {
    scene = await SyncScene.open({ ...HALF, keys: KEYS, knowsKey: false });
    const controller = scene.controller();
    await controller.start();
    // What came so far is a chunk of its own.
    await whenStatus(controller, "downloading", ({ progress }) => progress.downloaded > 0);
    await scene.homeserver.release("rest");
    await whenStatus(controller, "waiting", ({ reason }) => reason === "decryption-key");
    await loseChunks(scene.host.account, 1);
    const { stream, hasGaps } = await controller.rescueCopy(null);
    const file = await new Response(stream).blob();
    expect(await hasGaps).to.equal(true);
    const other = await SyncScene.open({ keys: 1 });
    const rescued = await other.controller().importRescueCopy(file, recoveryKeyOf(scene.backup.decryptionKey));
    expect(rescued.imported).to.be.within(1, KEYS - 1);
    await other.close();
  });

  it("without one is made without the decryption key, and taken back with the recovery key by another device", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const { fileName, stream } = await (await locked(scene)).rescueCopy(null);
    expect(fileName).to.match(/\.gz$/);
    const file = await new Response(stream).blob();
    const other = await SyncScene.open({ keys: 1 });
    const rescued = await other.controller().importRescueCopy(file, recoveryKeyOf(scene.backup.decryptionKey));
    expect(rescued).to.deep.equal({ imported: KEYS, failed: 0 });
    expect(other.host.notBackedUp.size).to.equal(KEYS);
    await other.close();
  });

  it("with a key that the crypto store refuses gives all others", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const file = await new Response((await (await locked(scene)).rescueCopy(null)).stream).blob();
    const other = await SyncScene.open({ keys: 1 });
    const last = Object.keys(Object.values(scene.backup.response.rooms).at(-1)?.sessions ?? {}).at(-1);
    for (const bad of [scene.backup.roomKeys[7]?.session_id, last]) other.host.refused.add(bad ?? "");
    const rescued = await other.controller().importRescueCopy(file, recoveryKeyOf(scene.backup.decryptionKey));
    expect(rescued).to.deep.equal({ imported: KEYS - 2, failed: 2 });
    expect(other.host.notBackedUp.size).to.equal(KEYS - 2);
    await other.close();
  });

  it("says so when the crypto store takes nothing", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const file = await new Response((await (await locked(scene)).rescueCopy(null)).stream).blob();
    const other = await SyncScene.open({ keys: 1 });
    other.host.beforeImport = () => {
      throw new Error("closed");
    };
    const rescued = other.controller().importRescueCopy(file, recoveryKeyOf(scene.backup.decryptionKey));
    expect(await codeOf(rescued)).to.equal("import-failed");
    await other.close();
  });

  it("that is taken back while another one is says so to the first, and gives all of the second", async () => {
    scene = await SyncScene.open({ keys: MANY, knowsKey: false });
    const file = await new Response((await (await locked(scene)).rescueCopy(null)).stream).blob();
    const other = await SyncScene.open({ keys: 1 });
    const controller = other.controller();
    const recoveryKey = recoveryKeyOf(scene.backup.decryptionKey);
    const [begun, hold] = [deferred<void>(), deferred<number>()];
    other.host.beforeImport = () => {
      begun.resolve();
      return hold.promise;
    };
    const first = codeOf(controller.importRescueCopy(file, recoveryKey));
    await begun.promise;
    const second = controller.importRescueCopy(file, recoveryKey);
    // It is opened when this is answered, which waits in the same line.
    await codeOf(controller.unlock("nothing of the kind"));
    hold.resolve(0);
    expect(await first).to.equal("rescue-copy-overtaken");
    expect(await second).to.deep.equal({ imported: MANY, failed: 0 });
    await other.close();
  });

  it("tells how far it is taken back, and ends when that is aborted", async () => {
    scene = await SyncScene.open({ keys: MANY, knowsKey: false });
    const file = await new Response((await (await locked(scene)).rescueCopy(null)).stream).blob();
    const other = await SyncScene.open({ keys: 1 });
    const given = new AbortController();
    const told: number[] = [];
    const onProgress = ({ imported }: { imported: number }) => {
      told.push(imported);
      given.abort(new Error("enough"));
    };
    const recoveryKey = recoveryKeyOf(scene.backup.decryptionKey);
    const rescued = other.controller().importRescueCopy(file, recoveryKey, { signal: given.signal, onProgress });
    expect(await rescued.catch(({ message }) => message)).to.equal("enough");
    expect(told).to.have.lengthOf(1);
    expect(other.host.notBackedUp.size).to.equal(told[0]);
    expect(told[0]).to.be.within(1, MANY - 1);
    await other.close();
  });

  it("that is damaged, or opened with another recovery key, changes nothing", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const file = await new Response((await (await locked(scene)).rescueCopy(null)).stream).blob();
    const other = await SyncScene.open({ keys: 1 });
    const controller = other.controller();
    const right = recoveryKeyOf(scene.backup.decryptionKey);
    expect(await codeOf(controller.importRescueCopy(file.slice(0, -9), right))).to.equal("rescue-copy-damaged");
    expect(await codeOf(controller.importRescueCopy(new Blob(["{}"]), right))).to.equal("rescue-copy-damaged");
    expect(await codeOf(controller.importRescueCopy(file, "EsTb wrong"))).to.equal("recovery-key-invalid");
    const wrong = recoveryKeyOf(other.backup.decryptionKey);
    expect(await codeOf(controller.importRescueCopy(file, wrong))).to.equal("decryption-key-mismatch");
    expect(other.host.imported.size).to.equal(0);
    await other.close();
  });

  it("says so when there is nothing to save, or no key to make a key export with", async () => {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const controller = scene.controller();
    expect(await codeOf(controller.rescueCopy(PASSPHRASE))).to.equal("nothing-to-save");
    const waiting = await locked(scene);
    expect(await codeOf(waiting.rescueCopy(PASSPHRASE))).to.equal("decryption-key-unknown");
  });
});

describe("A spool without its key", () => {
  it("is opened by the recovery key, when that turns up", async () => {
    const scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const controller = await locked(scene);
    const { decryptionKey: another } = await makeKeyBackup({ keys: 1, rooms: 1 });
    expect(await codeOf(controller.unlock(recoveryKeyOf(another)))).to.equal("decryption-key-mismatch");
    expect(await codeOf(controller.unlock("nothing of the kind"))).to.equal("recovery-key-invalid");
    await controller.unlock(recoveryKeyOf(scene.backup.decryptionKey));
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(KEYS);
    await scene.close();
  });

  it("is opened also when its backup was replaced meanwhile", async () => {
    const scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    (await locked(scene)).close();
    const next = await makeKeyBackup({ keys: 3, rooms: 1 });
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    const controller = scene.controller();
    await controller.autoStart();
    const { replaced } = await whenStatus(controller, "complete");
    expect(replaced?.locked).to.equal(KEYS);
    await controller.unlock(recoveryKeyOf(scene.backup.decryptionKey));
    await whenStatus(controller, "complete", (state) => state.replaced === null);
    expect(scene.host.notBackedUp.size).to.equal(KEYS);
    await scene.close();
  });
});

describe("A recovery key that opens nothing", () => {
  it("is refused also while another backup is being imported", async () => {
    const scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    (await locked(scene)).close();
    const next = await makeKeyBackup({ keys: KEYS, rooms: 1 });
    await scene.replaceBackup("2", next);
    scene.host.learnDecryptionKey(next.decryptionKey);
    const { controller, goOn } = await inMidImport(scene);
    const { decryptionKey: another } = await makeKeyBackup({ keys: 1, rooms: 1 });
    expect(await codeOf(controller.unlock(recoveryKeyOf(another)))).to.equal("decryption-key-mismatch");
    goOn();
    await scene.close();
  });
});

describe("Erasing", () => {
  it("leaves nothing behind, wherever the run was", async () => {
    const scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    await (await locked(scene)).erase();
    const names = (await indexedDB.databases()).map(({ name }) => name ?? "");
    expect(names.filter((name) => name.includes(scene.host.account.userId))).to.deep.equal([]);
    const next = scene.controller();
    await next.autoStart();
    await whenStatus(next, "waiting", ({ reason }) => reason === "decryption-key");
    await scene.close();
  });

  it("ends the run of another tab, also when it is the first thing that is asked for", async () => {
    const scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const running = await locked(scene);
    await scene.controller().erase();
    await whenStatus(running, "idle");
    await scene.close();
  });
});
