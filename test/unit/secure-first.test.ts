/** When a reset that nobody asked for may go on, and when that needs the user. */
import { expect } from "@open-wc/testing";
import { isSecured } from "../../src/secure-first.js";
import type { KeyBackupSyncState } from "../../src/state.js";
import { ASSESSMENTS, UNKNOWN } from "../../stories/assessments.fixtures.js";
import { MockRun } from "../../stories/mock-run.js";
import { BY_STATUS, FAILED, WAITING } from "../../stories/states.fixtures.js";

const {
  "Only in the backup": IN_BACKUP,
  "Downloaded, not imported": DOWNLOADED,
  "Only unreadable": UNREADABLE,
} = ASSESSMENTS["at-risk"];
const { "Nothing would be lost": NONE } = ASSESSMENTS.none;
const { Downloading: DOWNLOADING } = BY_STATUS.downloading;
const { Importing: IMPORTING, "Importing, no room left": IN_MEMORY } = BY_STATUS.importing;
const { Complete: COMPLETE } = BY_STATUS.complete;
const { "Paused in the import": PAUSED_IN_IMPORT } = BY_STATUS.paused;

const soon = () => new Promise((resolve) => setTimeout(resolve));

describe("A reset that secures the keys first", () => {
  let run: MockRun;
  let answer: boolean | null;

  /** @param state and what it costs then */
  async function begin(state: KeyBackupSyncState, assessment: MockRun["assessment"]): Promise<void> {
    run = new MockRun(state, assessment);
    answer = null;
    void isSecured(run).then((isIt) => {
      answer = isIt;
    });
    await soon();
  }

  async function become(state: KeyBackupSyncState, assessment: MockRun["assessment"]): Promise<void> {
    run.assessment = assessment;
    run.state = state;
    await soon();
  }

  it("goes on at once where nothing would be lost", async () => {
    await begin(COMPLETE, NONE);
    expect(answer).to.equal(true);
    expect(run.asked).to.deep.equal([]);
  });

  it("starts the download, and goes on when all keys are on this device", async () => {
    await begin(BY_STATUS.idle.Idle, IN_BACKUP);
    expect(run.asked).to.deep.equal(["start"]);
    await begin(DOWNLOADING, IN_BACKUP);
    expect(answer).to.equal(null);
    await become(IMPORTING, DOWNLOADED);
    expect(answer).to.equal(true);
  });

  it("waits for the import of keys that are in memory alone", async () => {
    await begin(DOWNLOADING, IN_BACKUP);
    await become(IN_MEMORY, DOWNLOADED);
    expect(answer).to.equal(null);
    await become(COMPLETE, NONE);
    expect(answer).to.equal(true);
  });

  it("waits as long as there is no connection", async () => {
    await begin(WAITING.offline, UNKNOWN.offline);
    expect(answer).to.equal(null);
  });

  it("needs the user as soon as it waits for something else that needs the user", async () => {
    await begin(WAITING["other-tab"], IN_BACKUP);
    expect(answer).to.equal(null);
    await become(WAITING["decryption-key"], UNKNOWN["no-decryption-key"]);
    expect(answer).to.equal(false);
  });

  it("ends when the run is closed", async () => {
    await begin(DOWNLOADING, IN_BACKUP);
    Object.assign(run, { closed: true });
    run.dispatchEvent(new Event("close"));
    await soon();
    expect(answer).to.equal(false);
  });

  const needingUser: readonly (readonly [string, KeyBackupSyncState, MockRun["assessment"]])[] = [
    ["the download is paused", BY_STATUS.paused["Paused in the download"], IN_BACKUP],
    ["the connection is set to save data", WAITING.metered, IN_BACKUP],
    ["the decryption key is not known", WAITING["decryption-key"], UNKNOWN["no-decryption-key"]],
    ["the decryption key is that of another backup", FAILED["decryption-key-mismatch"], UNKNOWN["no-decryption-key"]],
    ["the download fails, though it was started again", FAILED["storage-full"], IN_BACKUP],
    ["some keys do not open", COMPLETE, UNREADABLE],
    ["an older backup is locked", COMPLETE, { ...NONE, older: { notDownloaded: 0, locked: 12 } }],
    ["the decryption key is in the client alone", PAUSED_IN_IMPORT, { ...DOWNLOADED, isKeyInClientOnly: true }],
  ];
  for (const [when, state, assessment] of needingUser) {
    it(`needs the user where ${when}`, async () => {
      await begin(state, assessment);
      expect(answer).to.equal(false);
    });
  }
});
