import { expect } from "@open-wc/testing";
import { KeyBackupSyncError } from "../../src/errors.js";
import {
  canPause,
  canResume,
  canStart,
  canStop,
  failedCount,
  IDLE,
  isAtRest,
  type KeyBackupSyncState,
  type Progress,
  type Sync,
  spooledCount,
  syncOf,
  type WaitingReason,
} from "../../src/state.js";

const PROGRESS: Progress = {
  total: 100,
  downloaded: 60,
  imported: 40,
  failures: { malformed: 1, undecryptable: 2, rejected: 4 },
};
const SYNC: Sync = {
  backup: { version: "1", etag: "a", count: 100 },
  progress: PROGRESS,
  safekeeping: "device",
  replaced: null,
};
const REASONS: readonly WaitingReason[] = [
  "decryption-key",
  "offline",
  "rate-limited",
  "homeserver-error",
  "other-tab",
];
const UNKNOWN_BACKUP = " before the backup is known";

const waiting = (reason: WaitingReason, sync: Sync | null): KeyBackupSyncState => ({
  status: "waiting",
  reason,
  retryAt: null,
  sync,
});

/** Every status there is, and each that has two faces in both, by a name for the test's title. */
const STATES: Readonly<Record<string, KeyBackupSyncState>> = {
  idle: IDLE,
  checking: { status: "checking" },
  resetting: { status: "resetting" },
  "unavailable: no-backup": { status: "unavailable", reason: "no-backup", replaced: null },
  "unavailable: unsupported-algorithm": { status: "unavailable", reason: "unsupported-algorithm", replaced: null },
  "unavailable: reset-unfinished": { status: "unavailable", reason: "reset-unfinished", replaced: null },
  downloading: { status: "downloading", pace: null, ...SYNC },
  importing: { status: "importing", pace: { keysPerSecond: 10, secondsLeft: 2 }, ...SYNC },
  paused: { status: "paused", ...SYNC },
  complete: { status: "complete", ...SYNC },
  failed: { status: "failed", error: new KeyBackupSyncError("storage-full"), sync: SYNC },
  [`failed${UNKNOWN_BACKUP}`]: { status: "failed", error: new KeyBackupSyncError("unauthorized"), sync: null },
  ...Object.fromEntries(REASONS.map((reason) => [`waiting: ${reason}`, waiting(reason, SYNC)])),
  ...Object.fromEntries(REASONS.map((reason) => [`waiting: ${reason}${UNKNOWN_BACKUP}`, waiting(reason, null)])),
};

const OWN_WAITS = ["decryption-key", "offline", "rate-limited", "homeserver-error"].map(
  (reason) => `waiting: ${reason}`,
);

/** Names of the states for which the answer is yes. */
function statesThat(question: (state: KeyBackupSyncState) => boolean): string[] {
  return Object.entries(STATES).flatMap(([name, state]) => (question(state) ? [name] : []));
}

describe("what a person may ask of a run", () => {
  it("can start whenever nothing is going on", () => {
    expect(statesThat(canStart)).to.have.members([
      "idle",
      "unavailable: no-backup",
      "unavailable: unsupported-algorithm",
      "unavailable: reset-unfinished",
      "complete",
      "failed",
      `failed${UNKNOWN_BACKUP}`,
    ]);
  });

  it("can pause what moves, or waits to move on by itself, once the backup is known", () => {
    expect(statesThat(canPause)).to.have.members(["downloading", "importing", ...OWN_WAITS]);
  });

  it("can resume only what is paused", () => {
    expect(statesThat(canResume)).to.have.members(["paused"]);
  });

  it("can stop all that has, or will have, something to forget", () => {
    expect(statesThat(canStop)).to.have.members([
      "checking",
      "downloading",
      "importing",
      "paused",
      "failed",
      ...OWN_WAITS,
      ...OWN_WAITS.map((name) => `${name}${UNKNOWN_BACKUP}`),
    ]);
  });

  it("rests when nothing goes on, nor will by itself", () => {
    expect(statesThat(isAtRest)).to.have.members([
      "idle",
      "unavailable: no-backup",
      "unavailable: unsupported-algorithm",
      "unavailable: reset-unfinished",
      "paused",
      "complete",
      "failed",
      `failed${UNKNOWN_BACKUP}`,
    ]);
  });

  it("leaves the run of a tab that says nothing to that tab", () => {
    for (const state of [waiting("other-tab", SYNC), waiting("other-tab", null)]) {
      expect([canStart, canPause, canResume, canStop].map((can) => can(state))).to.deep.equal([
        false,
        false,
        false,
        false,
      ]);
    }
  });

  it("never offers start beside pause or resume, nor pause beside resume", () => {
    for (const state of Object.values(STATES)) {
      expect([canStart, canPause, canResume].filter((can) => can(state))).to.have.lengthOf.at.most(1);
    }
  });
});

describe("the counts of a state", () => {
  it("are those of the backup in hand, wherever the state has one", () => {
    const withCounts = statesThat((state) => syncOf(state)?.progress === PROGRESS);
    const waits = REASONS.map((reason) => `waiting: ${reason}`);
    expect(withCounts).to.have.members(["downloading", "importing", "paused", "complete", "failed", ...waits]);
  });

  it("are absent, not zero, before the backup is known", () => {
    const without = statesThat((state) => syncOf(state) === null);
    expect(without).to.include.members([
      "idle",
      "checking",
      `failed${UNKNOWN_BACKUP}`,
      `waiting: offline${UNKNOWN_BACKUP}`,
    ]);
    expect(without).to.have.lengthOf(Object.keys(STATES).length - 10);
  });

  it("add up the failures of every reason", () => {
    expect(failedCount(PROGRESS)).to.equal(7);
    expect(failedCount({ failures: { malformed: 0, undecryptable: 0, rejected: 0 } })).to.equal(0);
  });

  it("say how many room keys are safe but not yet imported", () => {
    expect(spooledCount(PROGRESS)).to.equal(60 - 40 - 7);
    expect(spooledCount({ ...PROGRESS, imported: 53 })).to.equal(0);
  });
});

describe("the idle state", () => {
  it("cannot be changed by whoever holds it", () => {
    expect(Object.isFrozen(IDLE)).to.equal(true);
    expect(IDLE).to.deep.equal({ status: "idle" });
  });
});
