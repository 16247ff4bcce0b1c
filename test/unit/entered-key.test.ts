import { expect } from "@open-wc/testing";
import { EnteredKey } from "../../src/worker/rescue/entered-key.js";

describe("A passphrase that was entered", () => {
  const described = (salt: string, iterations = 1000) => ({ algorithm: "m.pbkdf2", salt, iterations });

  it("is tried for a bounded number of rounds in all, the same ones once", async () => {
    const entered = new EnteredKey("passphrase", 2500);
    const first = await entered.keysBy(described("a"));
    expect(first).to.have.length(1);
    expect(await entered.keysBy({ ...described("a") })).to.deep.equal(first);
    expect(await entered.keysBy(described("b"))).to.have.length(1);
    expect(await entered.keysBy(described("c"))).to.have.length(0);
    expect(await entered.keysBy(described("d", 500))).to.have.length(1);
  });
});
