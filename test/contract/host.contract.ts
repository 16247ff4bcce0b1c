/**
 * What the download may rely on, whoever hosts it: the same tests for every adapter, and for the host that other tests use. Each on a
 * scripted homeserver with a backup of synthetic keys.
 */
import { expect } from "@open-wc/testing";
import {
  failedCount,
  type Host,
  KeyBackupSyncController,
  type KeyBackupSyncState,
  type RoomKey,
} from "../../src/index.js";
import { sessionsIn } from "../../src/upload-samples.js";
import type { EncryptedMessage } from "../support/megolm-messages.js";
import { type KeyBackup, makeKeyBackup, makeRoomKey } from "../support/room-keys.mjs";
import { type Script, type ScriptedHomeserver, scriptedHomeserver } from "../support/scripted-homeserver.js";
import { KEYS_PATH, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import { until } from "../support/until.js";

const KEYS = 12;
/** More than the first batches have together. */
const MANY = 300;
const ROOMS = 3;
const ROOM = "!synthetic00000000:localhost";
/** What the client uploads to the same path is refused. */
const GET_KEYS = `GET ${KEYS_PATH}`;
const WHOAMI_PATH = "/_matrix/client/v3/account/whoami";
const REFUSED = { status: 401, json: { errcode: "M_UNKNOWN_TOKEN", error: "Refused", soft_logout: true } };

/** A host, and what else a page does with its client. */
export interface HostOnTrial {
  readonly host: Host;
  /** What the homeserver answers when the client wants a new access token. */
  readonly tokenRoutes?: Script;
  /** What is in its crypto store. */
  roomKeyCounts(): Promise<{ readonly total: number; readonly backedUp: number }>;
  /** What the message says, `null` if its key is not in the crypto store. */
  decrypt?(event: EncryptedMessage): Promise<string | null>;
  /** As by entering the recovery key. The backup becomes the one that new keys are uploaded to. */
  learnDecryptionKey(backup: KeyBackup): Promise<void>;
  /** The device's signatures, without which some clients take no notice of a backup. */
  signaturesOf?(authData: { readonly public_key: string }): Promise<object>;
  /** As by a look at the homeserver, which has another backup version now. */
  hearOfBackup(): Promise<void>;
  /** As by a sync. The later of two rooms is the one that was active later. */
  receiveUnreadableMessage(roomId: string): Promise<void>;
  /** As by a logout. */
  stop(): void;
  /**
   * Another client of the same user and device, with this crypto store if it has one to be opened again. What else is asked is asked of that
   * client from now on.
   */
  reopen(store?: ReopenedStore): Promise<Host>;
  close(): Promise<void>;
}

/** `new`: the one before was deleted. `older`: a copy of it from before any room key came. */
export type ReopenedStore = "same" | "new" | "older";

/** The device's access token is "token-1". When that is refused it can be renewed, to "token-2". */
export type OpenHost = (homeserver: ScriptedHomeserver) => Promise<HostOnTrial>;

/** @param Controller of the same copy of the project as the adapter */
export function hostContract(name: string, open: OpenHost, Controller = KeyBackupSyncController): void {
  describe(`${name}, as a host`, () => {
    let backup: KeyBackup;
    let homeserver: ScriptedHomeserver;
    let trial: HostOnTrial;
    let roomKeys: readonly RoomKey[];

    beforeEach(async () => {
      backup = await makeKeyBackup({ keys: KEYS, rooms: ROOMS });
      ({ roomKeys } = backup);
      homeserver = await scriptedHomeserver({
        [VERSION_PATH]: versionAnswer(backup),
        [GET_KEYS]: { json: backup.response },
      });
      trial = await open(homeserver);
    });

    afterEach(async () => {
      await trial.close();
      await homeserver.close();
    });

    async function complete() {
      const controller = new Controller(trial.host);
      await controller.start();
      const { progress } = await whenStatus(controller, "complete");
      controller.close();
      return progress;
    }

    /** So that any client uploads to it. */
    async function signed() {
      const authData = { public_key: backup.publicKey };
      return { auth_data: { ...authData, signatures: await trial.signaturesOf?.(authData) } };
    }

    async function uploadToBackup(): Promise<void> {
      // Some clients look for a backup as they open, and who asks meanwhile gets that answer.
      await trial.hearOfBackup();
      await homeserver.script({ [VERSION_PATH]: versionAnswer(backup, await signed()) });
      await trial.learnDecryptionKey(backup);
    }

    it("does not know the decryption key, then calls back and knows it", async () => {
      const { cryptoStore } = trial.host;
      expect(await cryptoStore.getDecryptionKey()).to.equal(null);
      const changed = new Promise<void>((resolve) => cryptoStore.onDecryptionKeyChange(resolve));
      await trial.learnDecryptionKey(backup);
      await changed;
      const key = await cryptoStore.getDecryptionKey();
      expect(key && btoa(String.fromCharCode(...key)).replace(/=+$/, "")).to.equal(backup.decryptionKey);
    });

    it("leaves alone who no longer asks for the decryption key", async () => {
      let calls = 0;
      const unsubscribe = trial.host.cryptoStore.onDecryptionKeyChange(() => calls++);
      unsubscribe();
      await trial.learnDecryptionKey(backup);
      expect(calls).to.equal(0);
    });

    it("takes room keys of the backup as backed up", async () => {
      await trial.learnDecryptionKey(backup);
      expect(await trial.host.cryptoStore.importRoomKeys(roomKeys, "1")).to.deep.equal({ rejected: 0 });
      expect(await trial.roomKeyCounts()).to.deep.equal({ total: KEYS, backedUp: KEYS });
    });

    it("takes them once more without a change", async () => {
      await trial.learnDecryptionKey(backup);
      await trial.host.cryptoStore.importRoomKeys(roomKeys, "1");
      expect(await trial.host.cryptoStore.importRoomKeys(roomKeys, "1")).to.deep.equal({ rejected: 0 });
      expect(await trial.roomKeyCounts()).to.deep.equal({ total: KEYS, backedUp: KEYS });
    });

    it("rejects what is no room key, and takes the ones around it", async () => {
      const bad = { ...makeRoomKey(ROOM), session_key: "no session key" };
      const { cryptoStore } = trial.host;
      const among = [...roomKeys.slice(0, 5), bad, ...roomKeys.slice(5)];
      expect(await cryptoStore.importRoomKeys(among, "1")).to.deep.equal({ rejected: 1 });
      expect((await trial.roomKeyCounts()).total).to.equal(KEYS);
    });

    it("takes exported room keys as not backed up", async () => {
      await trial.learnDecryptionKey(backup);
      expect(await trial.host.cryptoStore.importExportedRoomKeys(roomKeys)).to.deep.equal({ rejected: 0 });
      expect(await trial.roomKeyCounts()).to.deep.equal({ total: KEYS, backedUp: 0 });
    });

    it("throws for exported room keys of which one is none, and takes none", async () => {
      const bad = { ...makeRoomKey(ROOM), session_key: "no session key" };
      const isTaken = trial.host.cryptoStore.importExportedRoomKeys([...roomKeys, bad]).then(
        () => true,
        () => false,
      );
      expect(await isTaken).to.equal(false);
      expect((await trial.roomKeyCounts()).total).to.equal(0);
    });

    it("tells which room keys it takes to be in the backup, and in which", async () => {
      const { cryptoStore } = trial.host;
      expect(await cryptoStore.getBackedUp?.()).to.equal(null);
      await uploadToBackup();
      await cryptoStore.importRoomKeys(roomKeys.slice(2), "1");
      await cryptoStore.importExportedRoomKeys(roomKeys.slice(0, 2));
      expect(await cryptoStore.getBackedUp?.()).to.deep.equal({ version: "1", count: KEYS - 2 });
    });

    it("gives what is in no backup to be uploaded, the same until the homeserver took it", async () => {
      await uploadToBackup();
      const { cryptoStore } = trial.host;
      await cryptoStore.importExportedRoomKeys(roomKeys.slice(0, 2));
      const first = await cryptoStore.nextUpload?.();
      const upload = await cryptoStore.nextUpload?.();
      if (!upload) throw new Error("There is nothing to be uploaded");
      expect(upload.id).to.equal(first?.id);
      expect(upload.version).to.equal("1");
      const sessions = sessionsIn(upload.body).map(({ sessionId }) => sessionId);
      expect(sessions).to.have.members(roomKeys.slice(0, 2).map(({ session_id }) => session_id));
      await cryptoStore.markUploaded?.(upload, JSON.stringify({ etag: "2", count: 2 }));
      expect(await cryptoStore.getBackedUp?.()).to.deep.equal({ version: "1", count: 2 });
      expect(await cryptoStore.nextUpload?.()).to.equal(null);
    });

    it("takes none to be in the backup when all are to be backed up again, and keeps backup and decryption key", async () => {
      await uploadToBackup();
      const { cryptoStore } = trial.host;
      await cryptoStore.importRoomKeys(roomKeys, "1");
      const key = await cryptoStore.getDecryptionKey();
      await cryptoStore.backUpAgain?.();
      expect(await cryptoStore.getBackedUp?.()).to.deep.equal({ version: "1", count: 0 });
      expect(await trial.roomKeyCounts()).to.deep.equal({ total: KEYS, backedUp: 0 });
      expect(key).not.to.equal(null);
      expect(await cryptoStore.getDecryptionKey()).to.deep.equal(key);
    });

    it("takes keys of an earlier backup to be in none, though nobody uploaded to any when they went in", async () => {
      const { cryptoStore } = trial.host;
      await cryptoStore.importRoomKeys(roomKeys, "0");
      await uploadToBackup();
      expect(await cryptoStore.getBackedUp?.()).to.deep.equal({ version: "1", count: 0 });
    });

    it("takes keys of the backup to be in it, though nobody uploaded to it yet when they went in", async () => {
      const { cryptoStore } = trial.host;
      await cryptoStore.importRoomKeys(roomKeys, "1");
      await uploadToBackup();
      expect(await cryptoStore.getBackedUp?.()).to.deep.equal({ version: "1", count: KEYS });
    });

    it("takes none to be in the backup, and keeps it, also where the homeserver does not answer", async () => {
      await uploadToBackup();
      const { cryptoStore } = trial.host;
      await cryptoStore.importRoomKeys(roomKeys, "1");
      await homeserver.script({ [VERSION_PATH]: { status: 502 } });
      await cryptoStore.backUpAgain?.();
      expect(await cryptoStore.getBackedUp?.()).to.deep.equal({ version: "1", count: 0 });
      await homeserver.script({ [VERSION_PATH]: versionAnswer(backup) });
    });

    it("calls back when there is another backup, as long as that is asked for", async () => {
      await trial.learnDecryptionKey(backup);
      let calls = 0;
      const heard = new Promise<void>((resolve) => {
        trial.host.onBackupChange(resolve);
      });
      trial.host.onBackupChange(() => calls++)();
      await homeserver.script({ [VERSION_PATH]: versionAnswer(backup, { version: "2", ...(await signed()) }) });
      await trial.hearOfBackup();
      await heard;
      expect(calls).to.equal(0);
    });

    it("tells the rooms with unreadable messages, those of before from the last one on, and then each as it comes", async () => {
      await trial.receiveUnreadableMessage("!one:localhost");
      await trial.receiveUnreadableMessage("!two:localhost");
      const told: string[] = [];
      const unsubscribe = trial.host.rooms.onUndecryptable((roomId) => told.push(roomId));
      await Promise.resolve();
      expect(told).to.deep.equal(["!two:localhost", "!one:localhost"]);
      await trial.receiveUnreadableMessage("!three:localhost");
      expect(told).to.deep.equal(["!two:localhost", "!one:localhost", "!three:localhost"]);
      unsubscribe();
      await trial.receiveUnreadableMessage("!four:localhost");
      expect(told).to.have.lengthOf(3);
    });

    it("tells nothing to who no longer listens when it would be told of before", async () => {
      await trial.receiveUnreadableMessage("!one:localhost");
      const told: string[] = [];
      trial.host.rooms.onUndecryptable((roomId) => told.push(roomId))();
      await Promise.resolve();
      expect(told).to.deep.equal([]);
    });

    it("gets every key of the backup into its crypto store", async () => {
      await trial.learnDecryptionKey(backup);
      expect((await complete()).imported).to.equal(KEYS);
      expect(await trial.roomKeyCounts()).to.deep.equal({ total: KEYS, backedUp: KEYS });
    });

    it("leaves the run to the next client of the user and device when it is stopped in mid-import", async () => {
      const many = await makeKeyBackup({ keys: MANY, rooms: ROOMS });
      await homeserver.script({ [VERSION_PATH]: versionAnswer(many), [GET_KEYS]: { json: many.response } });
      await trial.learnDecryptionKey(many);
      const stopped = new Controller(trial.host);
      const shown: string[] = [];
      stopped.addEventListener("statechange", () => shown.push(stopped.state.status));
      await stopped.start();
      await whenStatus(stopped, "importing", ({ progress }) => progress.imported > 0);
      trial.stop();
      const next = new Controller(await trial.reopen());
      await next.autoStart();
      const { progress } = await whenStatus(next, "complete");
      expect([progress.total, progress.imported]).to.deep.equal([MANY, MANY]);
      expect((await trial.roomKeyCounts()).total).to.equal(MANY);
      expect(stopped.state.status).to.equal("idle");
      expect(shown).to.not.include("failed");
      for (const controller of [stopped, next]) controller.close();
    });

    it("ends an upload without an error when it is stopped in mid-upload", async () => {
      await uploadToBackup();
      const held = { body: [{ until: "answered" }, { send: JSON.stringify({ etag: "2", count: KEYS }) }] };
      await homeserver.script({ [VERSION_PATH]: versionAnswer(backup, await signed()), [`PUT ${KEYS_PATH}`]: held });
      await trial.host.cryptoStore.importExportedRoomKeys(roomKeys);
      const controller = new Controller(trial.host);
      const states: KeyBackupSyncState[] = [];
      controller.addEventListener("statechange", () => states.push(controller.state));
      await homeserver.requested(KEYS_PATH);
      trial.stop();
      await homeserver.release("answered");
      await until(() => !controller.state.uploading, "It has ended");
      expect(controller.state.status).to.equal("idle");
      expect(states.some(({ status, uploading }) => status === "failed" || uploading?.hold)).to.equal(false);
      controller.close();
      await trial.reopen();
    });

    it("starts nothing when it is stopped before, and can still be erased", async () => {
      await trial.learnDecryptionKey(backup);
      trial.stop();
      const controller = new Controller(trial.host);
      await controller.autoStart();
      expect(controller.state.status).to.equal("idle");
      expect((await homeserver.requests()).filter(({ path }) => path === KEYS_PATH)).to.deep.equal([]);
      await controller.erase();
      expect(controller.closed).to.equal(true);
      await trial.reopen();
    });

    it("gets them with a new access token when the homeserver refuses the old one", async () => {
      await trial.learnDecryptionKey(backup);
      await homeserver.script({
        [VERSION_PATH]: [REFUSED, versionAnswer(backup)],
        [GET_KEYS]: { json: backup.response },
        [WHOAMI_PATH]: [REFUSED, { json: { user_id: trial.host.account.userId } }],
        ...trial.tokenRoutes,
      });
      expect((await complete()).imported).to.equal(KEYS);
      const asked = await homeserver.requested(KEYS_PATH);
      expect(asked.map(({ authorization }) => authorization)).to.deep.equal(["Bearer token-2"]);
    });

    it("counts every key of a room that cannot be, whoever finds that out", async () => {
      await trial.learnDecryptionKey(backup);
      const [sessions] = Object.values(backup.response.rooms);
      const rooms = { "!\u0000:localhost": sessions, ...backup.response.rooms };
      await homeserver.script({ [VERSION_PATH]: versionAnswer(backup), [GET_KEYS]: { json: { rooms } } });
      const progress = await complete();
      expect(progress.imported).to.be.at.least(KEYS);
      expect(progress.imported + failedCount(progress)).to.equal(KEYS + KEYS / ROOMS);
      expect((await trial.roomKeyCounts()).total).to.equal(progress.imported);
    });
  });
}
