import { expect } from "@open-wc/testing";
import { BatchSize } from "../../src/batch-size.js";

/** A device on which a call blocks, and a batch takes, so many milliseconds a key. */
function settled({ block, time }: { readonly block: number; readonly time: number }): BatchSize {
  const size = new BatchSize();
  for (let round = 0; round < 60; round++) {
    size.blocked(size.atOnce, size.atOnce * block);
    size.took(size.batch, size.batch * time);
  }
  return size;
}

describe("The batch size", () => {
  it("keeps blocks under half a frame", () => {
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
});
