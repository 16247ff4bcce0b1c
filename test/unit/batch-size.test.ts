import { expect } from "@open-wc/testing";
import { BatchSize } from "../../src/batch-size.js";

/** A device on which a call blocks, and a batch takes, so many milliseconds a key. */
interface Device {
  readonly block: number;
  readonly time: number;
}

function settle(size: BatchSize, { block, time }: Device): BatchSize {
  for (let round = 0; round < 60; round++) {
    size.blocked(size.atOnce, size.atOnce * block);
    size.took(size.batch, size.batch * time);
  }
  return size;
}

const settled = (device: Device): BatchSize => settle(new BatchSize(() => 8), device);

describe("The batch size", () => {
  it("keeps blocks under what they may take", () => {
    expect(settled({ block: 0.2, time: 1 }).atOnce).to.be.within(30, 40);
  });

  it("is never so small that the calls cost more than the keys", () => {
    expect(settled({ block: 20, time: 20 }).atOnce).to.equal(16);
  });

  it("makes a batch of about a third of a second", () => {
    expect(settled({ block: 0.2, time: 1 }).batch).to.be.within(250, 300);
  });

  it("has at least one call in a batch", () => {
    const { atOnce, batch } = settled({ block: 0.05, time: 10 });
    expect(batch).to.be.at.least(atOnce);
  });

  it("follows at once when blocks may take less, or more, than before", () => {
    let blockTarget = 14;
    const size = settle(new BatchSize(() => blockTarget), { block: 0.2, time: 1 });
    expect(size.atOnce).to.equal(70);
    blockTarget = 4;
    expect(size.atOnce).to.equal(20);
    blockTarget = 14;
    expect(size.atOnce).to.equal(70);
  });

  it("is small at first, and no more than doubles from one measurement to the next", () => {
    const size = new BatchSize(() => 8);
    const sizes = Array.from({ length: 4 }, () => {
      const { atOnce } = size;
      size.blocked(atOnce, atOnce * 0.01);
      return atOnce;
    });
    expect(sizes).to.deep.equal([16, 32, 64, 128]);
  });
});
