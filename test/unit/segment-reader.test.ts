import { expect } from "@open-wc/testing";
import { beginningOf } from "../../src/worker/backup-row.js";
import type { ChunkKey } from "../../src/worker/chunks.js";
import { SegmentReader } from "../../src/worker/segment-reader.js";

const CHUNKS = ['{"rooms":{"!room":{"sessions":{"first":{},', '"second":{}}}}}'].map((text) =>
  new TextEncoder().encode(text),
);

/** Of a spool that counts both chunks right after it was asked for the first. */
class LateChunks {
  #areCounted = false;

  async readChunk({ chunk }: ChunkKey, from: number): Promise<Uint8Array | null> {
    const bytes = this.#areCounted ? (CHUNKS[chunk]?.subarray(from) ?? null) : null;
    this.#areCounted = true;
    return bytes;
  }
}

describe("The reader of a segment", () => {
  it("skips no chunk that is counted while it looks for more", async () => {
    const reader = new SegmentReader(new LateChunks(), "1", beginningOf(0));
    expect(await reader.next()).to.equal(null);
    expect((await reader.next())?.sessionId).to.equal("first");
    expect((await reader.next())?.sessionId).to.equal("second");
    expect(await reader.next()).to.equal(null);
    expect(reader.isAtEnd).to.equal(true);
  });
});
