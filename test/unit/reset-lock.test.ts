/** Waits for a reset of this page, which may never end. */
import { expect } from "@open-wc/testing";
import { whenResetEnded, whileResetting } from "../../src/reset-lock.js";
import { deferred } from "../support/deferred.js";

describe("The wait for a reset that hangs", () => {
  it("ends at once when nobody waits any more", async () => {
    const name = crypto.randomUUID();
    const hanging = deferred<void>();
    const reset = whileResetting(name, () => hanging.promise);
    const given = new AbortController();
    const waiting = whenResetEnded(name, given.signal).catch(({ message }) => message);
    given.abort(new Error("The client was stopped"));
    expect(await waiting).to.equal("The client was stopped");
    hanging.resolve();
    await reset;
  });
});
