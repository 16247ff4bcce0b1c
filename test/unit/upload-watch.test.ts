/** With a real OlmMachine that uploads by itself, as matrix-js-sdk and pages have it do. */
import { BackupDecryptionKey, DeviceId, OlmMachine, UserId } from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import { backUpAgain } from "../../src/back-up-again.js";
import type { RoomKey } from "../../src/index.js";
import { KeyUpload } from "../../src/key-upload.js";
import { uploadsOf } from "../../src/machine-uploads.js";
import { getBackedUp, getContents, importExportedRoomKeys } from "../../src/olm-machine-store.js";
import { sessionsIn } from "../../src/upload-samples.js";
import type { WorkerLink } from "../../src/worker-link.js";
import { fromSecondMessage } from "../support/later-key.js";
import { type KeyBackup, makeKeyBackup } from "../support/room-keys.mjs";
import { TestHost } from "../support/test-host.js";
import { until } from "../support/until.js";

const TAKEN = JSON.stringify({ etag: "1", count: 1 });

describe("An OlmMachine that uploads by itself", () => {
  let backup: KeyBackup;
  let machine: OlmMachine;
  const close: (() => void)[] = [];

  before(async () => {
    backup = await makeKeyBackup({ keys: 1, rooms: 1 });
  });

  beforeEach(async () => {
    const store = `upload-watch-${crypto.randomUUID()}`;
    machine = await OlmMachine.initialize(new UserId("@me:localhost"), new DeviceId("DEVICE"), store);
    await machine.saveBackupDecryptionKey(BackupDecryptionKey.fromBase64(backup.decryptionKey), "1");
    await machine.enableBackupV1(backup.publicKey, "1");
  });

  afterEach(() => {
    for (const end of close.splice(0)) end();
    machine.close();
  });

  /** Its own uploads are driven by nobody. */
  function keyUpload(): KeyUpload {
    const host = new TestHost({ homeserverUrl: "http://127.0.0.1", decryptionKey: null });
    const { onUpload } = uploadsOf(machine);
    const stored = {
      getContents: () => getContents(machine),
      getBackedUp: () => getBackedUp(machine),
      backUpAgain: async () => void (await backUpAgain(machine)),
    };
    const cryptoStore = { ...host.cryptoStore, ...stored, onUpload };
    const link = { call: async () => {} } as unknown as WorkerLink;
    const upload = new KeyUpload({ host, cryptoStore, worker: () => link, onChange: () => {} });
    upload.begin();
    close.push(() => upload.close());
    return upload;
  }

  /** @returns the first message index of each session that was sent */
  async function sendAll(answer: string, meanwhile: () => Promise<void> = async () => {}): Promise<number[]> {
    const sent: number[] = [];
    for (let work = meanwhile; ; work = async () => {}) {
      const request = await machine.backupRoomKeys();
      if (!request) return sent;
      await work();
      sent.push(...sessionsIn(request.body).map(({ firstMessageIndex }) => firstMessageIndex));
      await machine.markRequestAsSent(request.id, request.type, answer);
    }
  }

  it("uploads a better copy that came in while the worse one was under way", async () => {
    const better = backup.roomKeys[0] as RoomKey;
    const upload = keyUpload();
    await importExportedRoomKeys(machine, [await fromSecondMessage(better)]);
    const sent = await sendAll(TAKEN, async () => {
      await importExportedRoomKeys(machine, [better]);
      upload.imported([better]);
    });
    await until(async () => sent.push(...(await sendAll(TAKEN))) > 1, "It is sent");
    expect(sent).to.deep.equal([1, 0]);
  });

  for (const [what, answer] of [
    ["lacks the etag", { count: 1 }],
    ["has a number as its etag", { etag: 1, count: 1 }],
    ["is empty", {}],
  ] as const)
    it(`is done when the homeserver took its keys with an answer that ${what}`, async () => {
      keyUpload();
      await importExportedRoomKeys(machine, backup.roomKeys);
      expect(await sendAll(JSON.stringify(answer))).to.have.length(1);
      expect((await getBackedUp(machine))?.count).to.equal(1);
    });
});
