import { expect } from "@open-wc/testing";
import { KeyBackupSyncError } from "../../src/errors.js";
import { fromWire, type TabMessage, toWire } from "../../src/tab-messages.js";
import { STATES } from "../../stories/states.fixtures.js";

/** As it comes out of a BroadcastChannel. */
const sent = (message: TabMessage): TabMessage | null => fromWire(structuredClone(toWire(message)));

describe("What tabs say to each other", () => {
  for (const [name, state] of STATES) {
    it(`is the state "${name}", whole`, () => {
      const message = sent({ type: "state", state });
      expect(message).to.have.property("type", "state");
      const heard = (message as TabMessage & { type: "state" }).state;
      if (state.status !== "failed") expect(heard).to.deep.equal(state);
      else expect(JSON.stringify(heard)).to.equal(JSON.stringify(state));
    });
  }

  it("is a fault as the error it was", () => {
    const error = new KeyBackupSyncError("rate-limited", { retryAfterMs: 5000, cause: new Error("secret") });
    const message = sent({ type: "state", state: { status: "failed", error, sync: null } });
    const { error: heard } = (message as { state: { error: KeyBackupSyncError } }).state;
    expect(heard).to.be.instanceOf(KeyBackupSyncError);
    expect([heard.code, heard.retryAfterMs, heard.cause]).to.deep.equal(["rate-limited", 5000, undefined]);
  });

  for (const wish of ["start", "pause", "resume", "stop", "go-on"] as const) {
    it(`is the wish to ${wish}`, () => {
      expect(sent({ type: "wish", id: 0.5, wish })).to.deep.equal({ type: "wish", id: 0.5, wish });
    });
  }
});
