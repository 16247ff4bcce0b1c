/** With real crypto stores: a backup "1" in the place of another backup "1". */
import * as wasm from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import * as oldest from "matrix-sdk-crypto-wasm-oldest";
import { fromOlmMachine } from "../../src/from-olm-machine.js";
import { KeyBackupSyncController } from "../../src/index.js";
import type { HostOnTrial } from "../contract/host.contract.js";
import { index, olmMachine } from "../contract/oldest-peers.js";
import { openOlmMachine } from "../contract/olm-machine-on-trial.js";
import { type KeyBackup, makeKeyBackup } from "../support/room-keys.mjs";
import { type ScriptedHomeserver, scriptedHomeserver } from "../support/scripted-homeserver.js";
import { cutAnswer, KEYS_PATH, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";

const KEYS = 40;
const NEXT_KEYS = 7;

/** What the client uploads to the same path is refused. */
const GET_KEYS = `GET ${KEYS_PATH}`;

const PEERS = [
  ["the newest crypto-wasm", wasm, fromOlmMachine, KeyBackupSyncController],
  [
    "the oldest crypto-wasm",
    oldest as unknown as typeof wasm,
    olmMachine.fromOlmMachine,
    index.KeyBackupSyncController,
  ],
] as const;

for (const [peer, copy, adapter, Controller] of PEERS) {
  describe(`A backup "1" in the place of another backup "1", with ${peer}`, () => {
    let homeserver: ScriptedHomeserver;
    let onTrial: HostOnTrial;
    let old: KeyBackup;
    let next: KeyBackup;

    beforeEach(async () => {
      [old, next] = [await makeKeyBackup({ keys: KEYS, rooms: 3 }), await makeKeyBackup({ keys: NEXT_KEYS, rooms: 2 })];
      homeserver = await scriptedHomeserver({
        [VERSION_PATH]: versionAnswer(old),
        [GET_KEYS]: cutAnswer(old, 0.9, { until: "never" }),
      });
      onTrial = await openOlmMachine(homeserver, copy, adapter);
      await onTrial.learnDecryptionKey(old);
    });

    afterEach(async () => {
      onTrial.close();
      await homeserver.close();
    });

    it("leaves the keys of both in the store, with those of the old one to be uploaded", async () => {
      const before = new Controller(onTrial.host);
      await before.start();
      const { progress: partly } = await whenStatus(before, "downloading", ({ progress }) => progress.downloaded > 30);
      before.close();
      await homeserver.script({ [VERSION_PATH]: versionAnswer(next), [GET_KEYS]: { json: next.response } });
      await onTrial.learnDecryptionKey(next);
      const controller = new Controller(onTrial.host);
      await controller.start();
      const { progress } = await whenStatus(controller, "complete");
      controller.close();
      expect(progress).to.include({ total: NEXT_KEYS, imported: NEXT_KEYS });
      const { total, backedUp } = await onTrial.roomKeyCounts();
      expect(total - NEXT_KEYS).to.be.within(partly.downloaded - 1, partly.downloaded);
      expect(backedUp).to.equal(NEXT_KEYS);
    });

    it("lets the client upload the keys that were in the old one, and all imported", async () => {
      await homeserver.script({ [VERSION_PATH]: versionAnswer(old), [GET_KEYS]: { json: old.response } });
      const before = new Controller(onTrial.host);
      await before.start();
      await whenStatus(before, "complete");
      before.close();
      expect(await onTrial.roomKeyCounts()).to.deep.equal({ total: KEYS, backedUp: KEYS });
      await homeserver.script({ [VERSION_PATH]: versionAnswer(next), [GET_KEYS]: { json: next.response } });
      await onTrial.learnDecryptionKey(next);
      const controller = new Controller(onTrial.host);
      await controller.start();
      await whenStatus(controller, "complete");
      controller.close();
      expect(await onTrial.roomKeyCounts()).to.deep.equal({ total: KEYS + NEXT_KEYS, backedUp: NEXT_KEYS });
    });
  });
}
