import { expect } from "@open-wc/testing";
import { KeyBackupSyncError } from "../../src/errors.js";
import {
  type BackupRow,
  newBackupRow,
  withChunk,
  withSegment,
  withSettled,
  withWhole,
} from "../../src/worker/backup-row.js";
import { type ChunkKey, LostChunkError } from "../../src/worker/chunks.js";
import { SpooledBytes } from "../../src/worker/spooled-bytes.js";
import { codeOf } from "../support/code-of.js";

const BACKUP = { version: "1", etag: "1", count: 4 };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A backup of segments of two chunks each, of which some are lost. */
class LossySpool {
  /** As it is now: `null` once it is deleted. */
  row: BackupRow | null;
  readonly lost = new Set<string>();
  /** Files that have their length, and nothing in them from a byte on. */
  readonly blank = new Map<string, number>();
  readonly unreadable = new Set<string>();

  constructor(...places: readonly ("files" | "memory")[]) {
    this.row = places.reduce(withTwoChunks, newBackupRow(BACKUP, "public key"));
  }

  async getBackup(): Promise<BackupRow | null> {
    return this.row;
  }

  async *readAll({ segment, chunk }: ChunkKey): AsyncGenerator<Uint8Array, void, undefined> {
    const name = `${segment}-${chunk}`;
    if (this.lost.has(name)) throw new LostChunkError();
    if (this.unreadable.has(name)) throw unreadable();
    yield encoder.encode(name).fill(0, this.blank.get(name) ?? name.length);
  }
}

/** As a browser's disk says it, and the spool. */
function unreadable(): KeyBackupSyncError {
  return new KeyBackupSyncError("storage-unavailable", { cause: new DOMException("", "NotReadableError") });
}

function withTwoChunks(row: BackupRow, place: "files" | "memory"): BackupRow {
  const { segments } = row;
  const begun = withSegment(row, BACKUP, { place, of: segments.length === 0 ? "backup" : "rooms" });
  return [0, 1].reduce((after, chunk) => withChunk(after, segments.length, chunk, 1, 3), begun);
}

/** What is read of a row that was asked for before `meanwhile`. */
async function read(spool: LossySpool, meanwhile = () => {}) {
  const bytes = new SpooledBytes(spool);
  const { row } = spool;
  if (!row) throw new Error("There is no backup");
  const texts: string[] = [];
  for await (const piece of bytes.of(row)) {
    texts.push(decoder.decode(piece.bytes));
    meanwhile();
  }
  return { texts, ...bytes.end() };
}

describe("The spooled bytes of a rescue copy", () => {
  it("are all chunks of all segments", async () => {
    const { texts, hasGaps } = await read(new LossySpool("files", "files"));
    expect(texts).to.deep.equal(["0-0", "0-1", "1-0", "1-1"]);
    expect(hasGaps).to.equal(false);
  });

  it("go on with the next segment where the browser lost a chunk, and tell of the gap", async () => {
    const spool = new LossySpool("files", "files");
    spool.lost.add("0-1");
    expect(await read(spool)).to.deep.equal({ texts: ["0-0", "1-0", "1-1"], hasGaps: true });
    spool.lost.add("0-0");
    expect(await read(spool)).to.deep.equal({ texts: ["1-0", "1-1"], hasGaps: true });
  });

  it("have a gap where nothing is in a chunk, and all behind it in the segment", async () => {
    const spool = new LossySpool("files", "files");
    spool.blank.set("0-0", 0);
    expect(await read(spool)).to.deep.equal({ texts: ["1-0", "1-1"], hasGaps: true });
  });

  it("have what is in a chunk before nothing is in it", async () => {
    const spool = new LossySpool("files", "files");
    spool.blank.set("0-0", 2);
    expect(await read(spool)).to.deep.equal({ texts: ["0-", "1-0", "1-1"], hasGaps: true });
  });

  it("have a gap where a file cannot be read", async () => {
    const spool = new LossySpool("files", "files");
    spool.unreadable.add("0-1");
    expect(await read(spool)).to.deep.equal({ texts: ["0-0", "1-0", "1-1"], hasGaps: true });
  });

  it("are a fault where all are lost", async () => {
    const spool = new LossySpool("files");
    spool.lost.add("0-0");
    expect(await codeOf(read(spool))).to.equal("storage-unavailable");
  });

  it("have a gap where a segment in memory is imported, or is on its way", async () => {
    const spool = new LossySpool("memory", "files");
    spool.lost.add("0-0");
    expect(await read(spool)).to.deep.equal({ texts: ["1-0", "1-1"], hasGaps: true });
    spool.lost.clear();
    if (spool.row) spool.row = withSettled(spool.row, 0, "ended");
    expect(await read(spool)).to.deep.equal({ texts: ["1-0", "1-1"], hasGaps: true });
  });

  it("are a fault where some are lost, and the others were in memory", async () => {
    const spool = new LossySpool("files", "memory");
    spool.lost.add("0-0").add("1-0");
    expect(await codeOf(read(spool))).to.equal("storage-unavailable");
  });

  it("are nothing to save where all were in memory, and are on their way", async () => {
    const spool = new LossySpool("memory");
    spool.lost.add("0-0");
    expect(await codeOf(read(spool))).to.equal("nothing-to-save");
  });

  const imported = (row: BackupRow) => withSettled(withWhole(row, 0, BACKUP, true), 0, "ended");
  const again = (row: BackupRow) => withSegment(row, BACKUP, { place: "files", of: "backup" });
  const CHANGES: Readonly<Record<string, (row: BackupRow) => BackupRow | null>> = {
    "all of it is imported": imported,
    "it is deleted": () => null,
    "another pass is begun": (row) => again(imported(row)),
    "it makes room for answers that have more": (row) => {
      const longer = [0, 1, 2].reduce(
        (after, chunk) => withChunk(after, 1, chunk, 1, 3),
        again(withSettled(row, 0, "cut")),
      );
      return again(withSettled(longer, 1, "cut"));
    },
  };
  for (const [what, change] of Object.entries(CHANGES)) {
    it(`are overtaken when ${what} meanwhile`, async () => {
      const spool = new LossySpool("files");
      const before = spool.row;
      const overtaken = read(spool, () => {
        if (before) spool.row = change(before);
        spool.lost.add("0-1");
      });
      expect(await codeOf(overtaken)).to.equal("rescue-copy-overtaken");
    });
  }

  it("are overtaken when others take their place meanwhile", async () => {
    const spool = new LossySpool("files");
    const overtaken = read(spool, () => {
      spool.row = new LossySpool("files").row;
    });
    expect(await codeOf(overtaken)).to.equal("rescue-copy-overtaken");
  });
});
