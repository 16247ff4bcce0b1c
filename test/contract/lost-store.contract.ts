/** A crypto store that is lost, with real ones: what was imported into it is not in the next one of the same user and device. */
import { expect } from "@open-wc/testing";
import { type CryptoStore, type Host, KeyBackupSyncController } from "../../src/index.js";
import { deferred } from "../support/deferred.js";
import { type KeyBackup, makeKeyBackup } from "../support/room-keys.mjs";
import { type ScriptedHomeserver, scriptedHomeserver } from "../support/scripted-homeserver.js";
import { KEYS_PATH, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import type { HostOnTrial, OpenHost, ReopenedStore } from "./host.contract.js";

const KEYS = 120;

/** @param Controller of the same copy of the project as the adapter */
export function lostStoreContract(
  name: string,
  isInMemory: boolean,
  open: OpenHost,
  Controller = KeyBackupSyncController,
): void {
  describe(`${name}, with its crypto store ${isInMemory ? "in memory" : "in IndexedDB"}`, () => {
    let backup: KeyBackup;
    let homeserver: ScriptedHomeserver;
    let trial: HostOnTrial;

    beforeEach(async () => {
      backup = await makeKeyBackup({ keys: KEYS, rooms: 3 });
      homeserver = await scriptedHomeserver({
        [VERSION_PATH]: versionAnswer(backup),
        [`GET ${KEYS_PATH}`]: { json: backup.response },
      });
      trial = await open(homeserver);
      await trial.learnDecryptionKey(backup);
    });

    afterEach(async () => {
      await trial.close();
      await homeserver.close();
    });

    async function complete(host: Host) {
      const controller = new Controller(host);
      await controller.autoStart();
      const { progress } = await whenStatus(controller, "complete");
      controller.close();
      return progress;
    }

    /** Returns how many room keys the store took. */
    async function closeInMidImport({ account, rooms, cryptoStore }: Host): Promise<number> {
      const [begun, hold] = [deferred<void>(), deferred<{ rejected: number }>()];
      let imported = 0;
      const importRoomKeys: CryptoStore["importRoomKeys"] = async (roomKeys, version) => {
        if (imported > 0) begun.resolve();
        if (imported > 0) return hold.promise;
        const result = await cryptoStore.importRoomKeys(roomKeys, version);
        imported += roomKeys.length;
        return result;
      };
      const held = { ...cryptoStore, importRoomKeys };
      const controller = new Controller({ account, rooms, cryptoStore: held, onBackupChange: () => () => {} });
      await controller.start();
      await begun.promise;
      controller.close();
      hold.resolve({ rejected: 0 });
      return imported;
    }

    async function reopenWith(store: ReopenedStore): Promise<Host> {
      trial.stop();
      return trial.reopen(store);
    }

    async function assess(host: Host) {
      const controller = new Controller(host);
      const assessment = await controller.assessReset();
      controller.close();
      return assessment;
    }

    it("tells how many room keys are in it, and a new one from the one before", async () => {
      await trial.host.cryptoStore.importRoomKeys(backup.roomKeys.slice(2), "1");
      await trial.host.cryptoStore.importExportedRoomKeys(backup.roomKeys.slice(0, 2));
      const before = await trial.host.cryptoStore.getContents();
      expect(before.roomKeyCount).to.equal(KEYS);
      const after = await (await reopenWith("new")).cryptoStore.getContents();
      expect(after.roomKeyCount).to.equal(0);
      expect(after.storeId).not.to.equal(before.storeId);
    });

    it("gets every key into the next one, though all were in the one that was lost", async () => {
      await complete(trial.host);
      const host = await reopenWith("new");
      expect(await assess(host)).to.include({ kind: "at-risk", notDownloaded: KEYS });
      expect((await complete(host)).imported).to.equal(KEYS);
      expect((await trial.roomKeyCounts()).total).to.equal(KEYS);
      expect(await assess(host)).to.include({ kind: "none" });
    });

    it("gets every key into the next one, though some were in the one that was lost in mid-import", async () => {
      expect(await closeInMidImport(trial.host)).to.be.within(1, KEYS - 1);
      const host = await reopenWith("new");
      expect(await assess(host)).to.include({ kind: "at-risk", notDownloaded: 0, notImported: KEYS });
      expect((await complete(host)).imported).to.equal(KEYS);
      expect((await trial.roomKeyCounts()).total).to.equal(KEYS);
    });

    if (isInMemory) return;

    it("is the same one after it was opened again, and gets no key again", async () => {
      await complete(trial.host);
      const before = await trial.host.cryptoStore.getContents();
      const host = await reopenWith("same");
      expect(await host.cryptoStore.getContents()).to.deep.equal(before);
      await complete(host);
      const asked = (await homeserver.requests()).filter(({ path }) => path === KEYS_PATH);
      expect(asked).to.have.lengthOf(1);
    });

    it("gets every key again when an older copy took its place", async () => {
      await complete(trial.host);
      const host = await reopenWith("older");
      expect((await trial.roomKeyCounts()).total).to.equal(0);
      expect(await assess(host)).to.include({ kind: "at-risk", notDownloaded: KEYS });
      await complete(host);
      expect((await trial.roomKeyCounts()).total).to.equal(KEYS);
    });
  });
}
