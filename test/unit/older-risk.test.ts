/** What older backups hold that is nowhere on this device. */
import { expect } from "@open-wc/testing";
import { olderRisk } from "../../src/worker/older-risk.js";
import { Spool } from "../../src/worker/spool.js";
import { putChunk } from "../support/put-chunk.js";

const COUNT = 5;
const BACKUP = { version: "1", etag: "1", count: COUNT };
const PUBLIC_KEY = "public key";

describe("Keys of an older backup that is locked", () => {
  let spool: Spool;

  beforeEach(() => {
    spool = new Spool({ userId: `@${crypto.randomUUID()}:localhost`, deviceId: "DEVICE", homeserverUrl: "" });
  });

  afterEach(() => spool.erase());

  for (const [where, inMemory, notDownloaded] of [
    ["on this device are downloaded", false, 0],
    ["in memory are as good as not downloaded", true, COUNT],
  ] as const) {
    it(where, async () => {
      const { backupId } = await spool.addBackup(BACKUP, PUBLIC_KEY, true);
      await spool.addSegment(backupId, BACKUP, { of: "backup", inMemory });
      await putChunk(spool, { backupId, segment: 0, chunk: 0 }, new Uint8Array([1]), COUNT);
      await spool.markWhole(backupId, BACKUP, 0, true);
      const found = [
        { ...BACKUP, algorithm: "", publicKey: PUBLIC_KEY, passphrase: null, signedBy: new Set<string>() },
      ];
      const risk = await olderRisk(spool, { found, gone: [], isUnsure: false }, await spool.getBackups(), null);
      expect(risk).to.deep.equal({ notDownloaded, locked: COUNT, isUnsure: false });
    });
  }
});
