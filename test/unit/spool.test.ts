import { expect } from "@open-wc/testing";
import { KeyBackupSyncError } from "../../src/errors.js";
import type { Identity } from "../../src/protocol.js";
import { backupIdOf } from "../../src/worker/backup-id.js";
import { isSettled, NO_FAILURES } from "../../src/worker/backup-row.js";
import { type SpoolInWorker, spoolInPage, spoolInWorker, type TestedSpool } from "../support/spool-in-worker.js";

const HOSTILE = ["", ".", "..", "/", "../..", "a/b", "\\", "nul", "__proto__", "\0", "ü".repeat(5000)];
const FIRST = { segment: 0, chunk: 0 };
const ALL = { of: "backup", inMemory: false } as const;
const STORE = { storeId: "store", roomKeyCount: 0 };
const SECOND = { segment: 0, chunk: 1 };

const PUBLIC_KEY = "public key";
const idOf = (version: string) => backupIdOf(version, PUBLIC_KEY);
const ONE = idOf("1");
const backupOf = (version: string) => ({ version, etag: "1", count: 2 });
const bytes = (...values: number[]) => new Uint8Array(values);
const someone = (deviceId = "DEVICE"): Identity => ({
  userId: `@${crypto.randomUUID()}:localhost`,
  deviceId,
  homeserverUrl: "http://127.0.0.1",
});

/** Begins the download of a version. */
async function begin(spool: TestedSpool, version: string) {
  await spool.addBackup(backupOf(version), PUBLIC_KEY);
  return spool.addSegment(idOf(version), backupOf(version), ALL);
}

async function settle(spool: TestedSpool, version: string) {
  await spool.markWhole(idOf(version), backupOf(version), 0, true);
  const end = { segment: 0, chunk: 0, offset: 1, inside: null };
  await spool.settleBatch(idOf(version), { imported: 2, failures: NO_FAILURES, store: STORE, end }, null);
  return spool.settleSegment(idOf(version), 0, "ended");
}

/** Chunks, of all accounts. */
async function countFiles(): Promise<number> {
  const root = await navigator.storage.getDirectory();
  const home = await root.getDirectoryHandle("key-backup-sync", { create: true });
  const countIn = async (directory: FileSystemDirectoryHandle): Promise<number> => {
    let count = 0;
    for await (const [name, entry] of directory.entries()) {
      if (entry.kind === "directory") count += await countIn(entry as FileSystemDirectoryHandle);
      else if (name !== "probe") count++;
    }
    return count;
  };
  return countIn(home);
}

describe("The spool", () => {
  const workers: SpoolInWorker[] = [];
  const inWorker = (identity: Identity): SpoolInWorker => {
    const spool = spoolInWorker(identity);
    workers.push(spool);
    return spool;
  };

  afterEach(() => {
    for (const worker of workers.splice(0)) worker.kill();
  });

  const places: readonly (readonly [string, (identity: Identity) => TestedSpool])[] = [
    ["in a page, where it has IndexedDB alone", spoolInPage],
    ["in a worker, where it has files as far as the engine has them", inWorker],
  ];
  for (const [where, open] of places) {
    describe(where, () => {
      it("gives back what was put, also when opened anew", async () => {
        const identity = someone();
        const spool = open(identity);
        await begin(spool, "1");
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(1, 2, 3), 1);
        const row = await spool.putChunk({ backupId: ONE, ...SECOND }, bytes(4), 2);
        expect(row.segments[0]).to.deep.include({ lengths: [3, 1], whole: false });
        expect(row.safe).to.equal(2);
        for (const opened of [spool, open(identity)]) {
          expect(await opened.getBackup(ONE)).to.deep.equal(row);
          expect(await opened.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.deep.equal(bytes(1, 2, 3));
          expect(await opened.readChunk({ backupId: ONE, segment: 0, chunk: 1 }, 0)).to.deep.equal(bytes(4));
        }
      });

      it("has no chunk that was never put, nor a version that was never added", async () => {
        const spool = open(someone());
        expect(await spool.getBackup(ONE)).to.equal(null);
        expect(await spool.getBackups()).to.deep.equal([]);
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.equal(null);
        await begin(spool, "1");
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.equal(null);
        expect(await spool.readChunk({ backupId: ONE, segment: 1, chunk: 0 }, 0)).to.equal(null);
      });

      it("gives a long chunk piece by piece, from any byte to its end", async () => {
        const spool = open(someone());
        await begin(spool, "1");
        const long = Uint8Array.from({ length: 5_000_000 }, (_, at) => (at * 7) % 251);
        await spool.putChunk({ backupId: ONE, ...FIRST }, long, 1);
        let from = 1_234_567;
        for (;;) {
          const piece = (await spool.readChunk({ backupId: ONE, ...FIRST }, from)) ?? bytes();
          if (piece.length === 0) break;
          // Deep equality of millions of numbers takes seconds.
          expect(piece.every((byte, at) => byte === long[from + at])).to.equal(true);
          from += piece.length;
        }
        expect(from).to.equal(long.length);
      });

      it("takes a chunk for lost that is shorter than what was put, and no more than that of a longer one", async () => {
        const spool = open(someone());
        await begin(spool, "1");
        // As a loss of power leaves them: nothing of them was flushed.
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(1, 2, 3), 1, 4);
        expect(await spool.readChunk({ backupId: ONE, ...FIRST }, 0)).to.deep.equal(bytes(1, 2, 3));
        expect(await spool.readChunk({ backupId: ONE, ...FIRST }, 3).catch(String)).to.contain("lost some");
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(1, 2, 3), 1, 2);
        expect(await spool.readChunk({ backupId: ONE, ...FIRST }, 0)).to.deep.equal(bytes(1, 2));
        expect(await spool.readChunk({ backupId: ONE, ...FIRST }, 2)).to.deep.equal(bytes());
      });

      it("puts a shorter chunk in the place of a longer one", async () => {
        const spool = open(someone());
        await begin(spool, "1");
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(1, 2, 3), 1);
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(4), 1);
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.deep.equal(bytes(4));
      });

      it("lets the chunks go when all is settled, of that version alone", async () => {
        const spool = open(someone());
        for (const version of ["1", "2"]) {
          await begin(spool, version);
          await spool.putChunk({ backupId: idOf(version), ...FIRST }, bytes(1), 1);
        }
        expect(isSettled(await settle(spool, "1"))).to.equal(true);
        expect(await spool.getBackup(ONE)).to.include({ imported: 2, safe: 2 });
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0).catch(String)).to.contain("lost some");
        expect(await spool.readChunk({ backupId: idOf("2"), segment: 0, chunk: 0 }, 0)).to.deep.equal(bytes(1));
      });

      it("keeps the answers of a replaced backup that nobody has parsed, whatever the counts say", async () => {
        const spool = open(someone());
        await begin(spool, "1");
        await spool.putChunk({ backupId: ONE, segment: 0, chunk: 0 }, bytes(1), 2);
        await spool.addSegment(ONE, backupOf("1"), ALL);
        await spool.putChunk({ backupId: ONE, segment: 1, chunk: 0 }, bytes(2), 2);
        await spool.markReplaced(ONE, true);
        const end = { segment: 0, chunk: 0, offset: 1, inside: null };
        await spool.settleBatch(ONE, { imported: 2, failures: NO_FAILURES, store: STORE, end }, null);
        await spool.settleSegment(ONE, 0, "cut");
        expect(await spool.readChunk({ backupId: ONE, segment: 1, chunk: 0 }, 0)).to.deep.equal(bytes(2));
      });

      it("lets go of what is settled of an answer that was cut, when all comes again", async () => {
        const spool = open(someone());
        await begin(spool, "1");
        await spool.putChunk({ backupId: ONE, segment: 0, chunk: 0 }, bytes(1), 1);
        await spool.settleSegment(ONE, 0, "cut");
        await spool.addSegment(ONE, backupOf("1"), { of: "rooms", inMemory: false });
        await spool.putChunk({ backupId: ONE, segment: 1, chunk: 0 }, bytes(2), 1);
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.deep.equal(bytes(1));
        await spool.settleSegment(ONE, 1, "ended");
        await spool.addSegment(ONE, backupOf("1"), ALL);
        await spool.putChunk({ backupId: ONE, segment: 2, chunk: 0 }, bytes(3), 1);
        await spool.settleSegment(ONE, 2, "cut");
        // Those that failed are nowhere else as long as the next is not there.
        await spool.addSegment(ONE, backupOf("1"), ALL);
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.equal(null);
        expect(await spool.readChunk({ backupId: ONE, segment: 1, chunk: 0 }, 0)).to.deep.equal(bytes(2));
        expect(await spool.readChunk({ backupId: ONE, segment: 2, chunk: 0 }, 0)).to.deep.equal(bytes(3));
      });

      it("keeps the longest of the answers that were cut, whichever came last", async () => {
        const spool = open(someone());
        await begin(spool, "1");
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(1, 2, 3), 3);
        await spool.settleSegment(ONE, 0, "cut");
        await spool.addSegment(ONE, backupOf("1"), ALL);
        // On a slow line, chunks are short.
        await spool.putChunk({ backupId: ONE, segment: 1, chunk: 0 }, bytes(1), 1);
        await spool.putChunk({ backupId: ONE, segment: 1, chunk: 1 }, bytes(2), 2);
        await spool.settleSegment(ONE, 1, "cut");
        await spool.addSegment(ONE, backupOf("1"), ALL);
        expect(await spool.readChunk({ backupId: ONE, ...FIRST }, 0)).to.deep.equal(bytes(1, 2, 3));
        expect(await spool.readChunk({ backupId: ONE, segment: 1, chunk: 0 }, 0)).to.equal(null);
      });

      it("keeps no answer of which some is lost in place of one that is there", async () => {
        const spool = open(someone());
        await begin(spool, "1");
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(1, 2, 3), 3);
        await spool.settleSegment(ONE, 0, "lost");
        // The download may still be at it.
        await spool.putChunk({ backupId: ONE, ...SECOND }, bytes(4, 5, 6), 3);
        await spool.addSegment(ONE, backupOf("1"), ALL);
        await spool.putChunk({ backupId: ONE, segment: 1, chunk: 0 }, bytes(1), 1);
        await spool.settleSegment(ONE, 1, "cut");
        await spool.addSegment(ONE, backupOf("1"), ALL);
        expect(await spool.readChunk({ backupId: ONE, segment: 1, chunk: 0 }, 0)).to.deep.equal(bytes(1));
      });

      it("finds its chunks when those in memory are gone with their worker", async () => {
        const identity = someone();
        const before = open(identity);
        await before.addBackup(backupOf("1"), PUBLIC_KEY);
        await before.addSegment(ONE, backupOf("1"), { of: "backup", inMemory: true });
        await before.putChunk({ backupId: ONE, segment: 0, chunk: 0 }, bytes(1), 1);
        await before.addSegment(ONE, backupOf("1"), ALL);
        await before.putChunk({ backupId: ONE, segment: 1, chunk: 0 }, bytes(2), 2);
        const spool = open(identity);
        await spool.forgetLostMemory();
        const row = await spool.getBackup(ONE);
        expect(row?.cursor.segment).to.equal(1);
        expect(row?.segments[1]).to.deep.include({ lengths: [1], settled: false });
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.equal(null);
        expect(await spool.readChunk({ backupId: ONE, segment: 1, chunk: 0 }, 0)).to.deep.equal(bytes(2));
      });

      it("begins anew behind what is settled", async () => {
        const spool = open(someone());
        await begin(spool, "1");
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(1), 1);
        await settle(spool, "1");
        const row = await spool.addSegment(ONE, backupOf("1"), ALL);
        expect(row.segments.map(({ lengths }) => lengths)).to.deep.equal([[]]);
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.equal(null);
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(2), 1);
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.deep.equal(bytes(2));
      });

      it("forgets everything but the choice, and can be used again", async () => {
        const spool = open(someone());
        await spool.setChoice("paused");
        await begin(spool, "1");
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(1), 1);
        await spool.forget();
        expect(await spool.getBackups()).to.deep.equal([]);
        expect(await spool.getChoice()).to.equal("paused");
        await begin(spool, "1");
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.equal(null);
        await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(2), 1);
        expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.deep.equal(bytes(2));
      });

      it("keeps versions of any name apart", async () => {
        const spool = open(someone("../DEVICE"));
        for (const [index, version] of HOSTILE.entries()) {
          await begin(spool, version);
          await spool.putChunk({ backupId: idOf(version), ...FIRST }, bytes(index), 1);
        }
        await settle(spool, "..");
        for (const [index, version] of HOSTILE.entries()) {
          const chunk = await spool.readChunk({ backupId: idOf(version), segment: 0, chunk: 0 }, 0).catch(() => "gone");
          expect(chunk, JSON.stringify(version).slice(0, 20)).to.deep.equal(version === ".." ? "gone" : bytes(index));
        }
        await spool.forget();
      });

      it("keeps users and devices apart", async () => {
        const [one, other] = [someone(), someone()];
        for (const [index, identity] of [one, other].entries()) {
          const spool = open(identity);
          await begin(spool, "1");
          await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(index), 1);
        }
        await open(one).forget();
        expect(await open(other).readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.deep.equal(bytes(1));
      });

      it("takes no chunk for a version that was forgotten", async () => {
        const spool = open(someone());
        await begin(spool, "1");
        await spool.forget();
        const fault = await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(1), 1).then(
          () => "none",
          (cause: Error) => cause.message,
        );
        expect(fault).to.equal(new KeyBackupSyncError("backup-replaced").message);
      });
    });
  }

  it("has its chunks in files, in a worker of an engine that lets it", async () => {
    const spool = inWorker(someone());
    const { segments } = await begin(spool, "1");
    expect(segments[0]?.place).to.equal((await spool.hasFiles()) ? "files" : "database");
  });

  it("leaves no file behind", async function () {
    const spool = inWorker(someone());
    if (!(await spool.hasFiles())) this.skip();
    const before = await countFiles();
    for (const version of ["1", "2"]) {
      await begin(spool, version);
      await spool.putChunk({ backupId: idOf(version), ...FIRST }, bytes(1), 1);
      await spool.putChunk({ backupId: idOf(version), ...SECOND }, bytes(2), 1);
    }
    expect(await countFiles()).to.equal(before + 4);
    await settle(spool, "1");
    expect(await countFiles()).to.equal(before + 2);
    await spool.forget();
    expect(await countFiles()).to.equal(before);
  });

  it("knows nothing of a chunk whose worker was killed while it wrote, and puts another in its place", async () => {
    const identity = someone();
    const killed = inWorker(identity);
    await begin(killed, "1");
    await killed.beginChunk({ backupId: ONE, ...FIRST }, bytes(1, 2, 3));
    killed.kill();
    const spool = inWorker(identity);
    expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.equal(null);
    expect((await spool.getBackup(ONE))?.segments[0]?.lengths).to.deep.equal([]);
    await spool.putChunk({ backupId: ONE, ...FIRST }, bytes(4), 1);
    expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.deep.equal(bytes(4));
  });

  it("waits for a file that another worker still holds", async () => {
    const identity = someone();
    const holder = inWorker(identity);
    await begin(holder, "1");
    await holder.beginChunk({ backupId: ONE, ...FIRST }, bytes(1, 2, 3));
    const put = inWorker(identity).putChunk({ backupId: ONE, ...FIRST }, bytes(4), 1);
    setTimeout(() => holder.kill(), 200);
    expect((await put).segments[0]?.lengths).to.deep.equal([1]);
  });

  it("finds in a worker the chunks that it had to keep in IndexedDB before, and goes on with them", async () => {
    const identity = someone();
    const before = spoolInPage(identity);
    await begin(before, "1");
    await before.putChunk({ backupId: ONE, ...FIRST }, bytes(1), 1);
    const spool = inWorker(identity);
    await spool.putChunk({ backupId: ONE, ...SECOND }, bytes(2), 2);
    await spool.addSegment(ONE, backupOf("1"), ALL);
    await spool.putChunk({ backupId: ONE, segment: 1, chunk: 0 }, bytes(3), 2);
    for (const [segment, chunk, byte] of [
      [0, 0, 1],
      [0, 1, 2],
      [1, 0, 3],
    ] as const) {
      expect(await spool.readChunk({ backupId: ONE, segment, chunk }, 0)).to.deep.equal(bytes(byte));
    }
    await spool.forget();
    await begin(spool, "1");
    expect(await spool.readChunk({ backupId: ONE, segment: 0, chunk: 0 }, 0)).to.equal(null);
  });
});
