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

  const WAITING = { status: "waiting", reason: "rate-limited", retryAt: 5, sync: null };
  const UPLOAD = { total: 2, done: 1, secondsLeft: 3, hold: null };
  const spoilt: [what: string, state: object][] = [
    ...[Infinity, Number.NaN, -1, 1e300].map((retryAt): [string, object] => [
      `a wait until ${retryAt}`,
      { ...WAITING, retryAt },
    ]),
    ...[Infinity, Number.NaN, -1, 0.5].map((total): [string, object] => [
      `an upload of ${total} keys`,
      { status: "idle", uploading: { ...UPLOAD, total } },
    ]),
    ...[Infinity, Number.NaN, -1].map((secondsLeft): [string, object] => [
      `an upload that takes ${secondsLeft} s`,
      { status: "idle", uploading: { ...UPLOAD, secondsLeft } },
    ]),
    ["a fault of Infinity", { status: "failed", error: { code: "rate-limited", retryAfterMs: Infinity }, sync: null }],
    [
      "-1 keys of earlier backups",
      { status: "unavailable", reason: "no-backup", replaced: { notDownloaded: -1, locked: 0, failed: 0 } },
    ],
  ];
  for (const [what, state] of spoilt) {
    it(`is nothing, where it is ${what}`, () => {
      expect(fromWire({ version: 1, type: "state", state })).to.equal(null);
    });
  }

  it("is a wait that a Date can show", () => {
    expect(fromWire({ version: 1, type: "state", state: WAITING })).to.deep.include({ state: WAITING });
  });

  for (const wish of ["start", "pause", "resume", "stop", "go-on"] as const) {
    it(`is the wish to ${wish}`, () => {
      expect(sent({ type: "wish", id: 0.5, wish })).to.deep.equal({ type: "wish", id: 0.5, wish });
    });
  }
});
