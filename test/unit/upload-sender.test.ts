/** With a real OlmMachine: it counts a session as backed up when the answer comes, whatever went in meanwhile. */

import { BackupDecryptionKey, DeviceId, OlmMachine, UserId } from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import { backUpAgain } from "../../src/back-up-again.js";
import type { RoomKey } from "../../src/index.js";
import { uploadsOf } from "../../src/machine-uploads.js";
import { importExportedRoomKeys } from "../../src/olm-machine-store.js";
import { sessionsIn } from "../../src/upload-samples.js";
import { UploadSender } from "../../src/upload-sender.js";
import type { WorkerLink } from "../../src/worker-link.js";
import { fromSecondMessage } from "../support/later-key.js";
import { makeKeyBackup } from "../support/room-keys.mjs";
import { TestHost } from "../support/test-host.js";

const TAKEN = JSON.stringify({ etag: "1", count: 1 });
/** A store in memory remembers what it uploaded by the backup version, and uploads nothing again to the same. */
const STORE = `upload-sender-${crypto.randomUUID()}`;
describe("A better copy of a session that comes in while the worse one is uploaded", () => {
  it("is uploaded, too", async () => {
    const backup = await makeKeyBackup({ keys: 1, rooms: 1 });
    const better = backup.roomKeys[0] as RoomKey;
    const machine = await OlmMachine.initialize(new UserId("@me:localhost"), new DeviceId("DEVICE"), STORE);
    await machine.saveBackupDecryptionKey(BackupDecryptionKey.fromBase64(backup.decryptionKey), "1");
    await machine.enableBackupV1(backup.publicKey, "1");
    await importExportedRoomKeys(machine, [await fromSecondMessage(better)]);

    const { cryptoStore } = new TestHost({ homeserverUrl: "http://127.0.0.1", decryptionKey: null });
    const uploads = { ...uploadsOf(machine), backUpAgain: async () => void (await backUpAgain(machine)) };
    const sent: number[] = [];
    const link = {
      async call(_name: string, [, body]: readonly [string, string]) {
        sent.push(...sessionsIn(body).map(({ firstMessageIndex }) => firstMessageIndex));
        if (sent.length > 1) return TAKEN;
        await importExportedRoomKeys(machine, [better]);
        sender.imported([better]);
        return TAKEN;
      },
    };
    const sender = new UploadSender({ ...cryptoStore, ...uploads }, () => link as unknown as WorkerLink);
    const { signal } = new AbortController();
    while ((await sender.send(signal)) > 0);
    expect(sent).to.deep.equal([1, 0]);
    machine.close();
  });
});
