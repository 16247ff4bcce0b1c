import { expect } from "@open-wc/testing";
import { Changes } from "../../src/changes.js";

const never = new AbortController().signal;

describe("Changes", () => {
  it("misses none that came before anyone waited", async () => {
    const changes = new Changes();
    const { count } = changes;
    changes.note();
    await changes.moreThan(count, never);
  });

  it("resolves at the next one", async () => {
    const changes = new Changes();
    const more = changes.moreThan(changes.count, never);
    changes.note();
    await more;
  });

  it("rejects with the reason of the abort", async () => {
    const abort = new AbortController();
    const more = new Changes().moreThan(0, abort.signal);
    abort.abort(new Error("enough"));
    expect(await more.catch((cause: unknown) => String(cause))).to.equal("Error: enough");
  });
});
