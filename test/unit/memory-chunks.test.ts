import { expect } from "@open-wc/testing";
import { MemoryChunks } from "../../src/worker/memory-chunks.js";

const at = (chunk: number) => ({ backupId: "1", segment: 0, chunk });

async function fill(chunks: MemoryChunks, signal = new AbortController().signal): Promise<void> {
  for (const index of [0, 1]) {
    const chunk = await chunks.create(at(index), signal);
    await chunk.write(new Uint8Array([index]));
    await chunk.write(new Uint8Array([7]));
    await chunk.end();
  }
}

describe("Chunks in memory", () => {
  it("are given back until they are released", async () => {
    const chunks = new MemoryChunks();
    await fill(chunks);
    expect(await chunks.read(at(1), 0)).to.deep.equal(new Uint8Array([1, 7]));
    chunks.releaseBefore(at(1));
    expect(await chunks.read(at(0), 0)).to.equal(null);
    expect(await chunks.read(at(1), 0)).to.deep.equal(new Uint8Array([1, 7]));
  });

  it("have what was written, though the writer has used its memory for something else since", async () => {
    const chunks = new MemoryChunks();
    const chunk = await chunks.create(at(0), new AbortController().signal);
    const memory = new Uint8Array([1, 2]);
    await chunk.write(memory);
    memory.fill(9);
    await chunk.write(memory);
    await chunk.end();
    expect(await chunks.read(at(0), 0)).to.deep.equal(new Uint8Array([1, 2, 9, 9]));
  });

  it("make the next one wait until one before is imported", async () => {
    const chunks = new MemoryChunks();
    await fill(chunks);
    let isBegun = false;
    const next = chunks.create(at(2), new AbortController().signal).then(() => {
      isBegun = true;
    });
    await new Promise((resolve) => setTimeout(resolve));
    expect(isBegun).to.equal(false);
    chunks.releaseBefore(at(1));
    await next;
  });

  it("of one backup do not make those of another wait", async () => {
    const chunks = new MemoryChunks();
    await fill(chunks);
    const other = { ...at(0), backupId: "2" };
    const chunk = await chunks.create(other, AbortSignal.timeout(1000));
    await chunk.write(new Uint8Array([5]));
    await chunk.end();
    expect(await chunks.read(other, 0)).to.deep.equal(new Uint8Array([5]));
  });

  it("let go of who waits for them when that is aborted", async () => {
    const chunks = new MemoryChunks();
    await fill(chunks);
    const abort = new AbortController();
    const next = chunks.create(at(2), abort.signal).catch((cause: Error) => cause.name);
    abort.abort();
    expect(await next).to.equal("AbortError");
  });
});
