import { expect, fixture, html } from "@open-wc/testing";
import "../../components/index.js";
import { ENGLISH, type KeyBackupResetWarningElement } from "../../components/index.js";
import type { ResetAssessment } from "../../src/reset.js";
import type { KeyBackupSyncState } from "../../src/state.js";
import { ASSESSMENTS, RISKS, UNKNOWN } from "../../stories/assessments.fixtures.js";
import { MockRun } from "../../stories/mock-run.js";
import { BY_STATUS, FAILED, UNAVAILABLE, UPLOAD, WAITING } from "../../stories/states.fixtures.js";
import { sendKeys, setViewport } from "../support/commands.mjs";
import { deferred } from "../support/deferred.js";
import { until } from "../support/until.js";
import { all, button, buttons, focusedName, one, part, press, settled, tabTo, textOf } from "./on-page.js";
import {
  type AskedWarning,
  answered,
  ask,
  askAgain,
  askShown,
  become,
  dialogOf,
  pressAll,
  shown,
} from "./warning-on-page.js";

const { Idle: IDLE } = BY_STATUS.idle;
const { Downloading: DOWNLOADING } = BY_STATUS.downloading;
const { Importing: IMPORTING } = BY_STATUS.importing;
const { Complete: COMPLETE, "Complete, keys are uploaded to an empty backup": UPLOADING } = BY_STATUS.complete;
const { "Nothing, keys are not uploaded yet": NOT_UPLOADED } = ASSESSMENTS.none;
const { "Paused in the download": PAUSED } = BY_STATUS.paused;
const {
  "Nothing would be lost": NONE,
  "Nothing, an earlier backup was replaced": EARLIER,
  "Nothing, a reset did not finish": RESET_UNFINISHED,
} = ASSESSMENTS.none;
const {
  "Only in the backup": IN_BACKUP,
  "Of every kind": EVERY_KIND,
  "Only unreadable": UNREADABLE,
} = ASSESSMENTS["at-risk"];

const FINISH = "Finish first, then reset";
const ANYWAY = "Reset anyway…";
const CONFIRM = "Reset and lose keys";
const AGREE = "I accept that 12,345 keys may be lost for good.";

const atRisk = (notDownloaded: number): ResetAssessment => ({ ...IN_BACKUP, notDownloaded });
const message = ({ element }: AskedWarning): string => textOf(one(element, "#message"));
const losses = ({ element }: AskedWarning): string[] => all(element, "li").map(textOf);
const box = ({ element }: AskedWarning): HTMLInputElement => one(element, "[type='checkbox']") as HTMLInputElement;
const requestsOf = (element: Element): string[] => {
  const types: string[] = [];
  for (const wish of ["start", "resume", "recovery-key"]) {
    element.addEventListener(`key-backup-${wish}-request`, ({ type }) => types.push(type));
  }
  return types;
};

/** In the second step, with the box ticked. */
async function agreed(run: MockRun): Promise<AskedWarning> {
  const asked = await askShown(run);
  await pressAll(asked.element, ANYWAY);
  await press(box(asked));
  await settled(asked.element);
  return asked;
}

/** On the way to finish first, from a start on. */
async function finishing(run: MockRun): Promise<AskedWarning> {
  const asked = await askShown(run);
  await pressAll(asked.element, FINISH);
  return asked;
}

describe("<key-backup-reset-warning>", () => {
  afterEach(() => {
    for (const element of document.querySelectorAll("key-backup-reset-warning")) element.remove();
  });

  describe("confirm()", () => {
    it("is true without any dialog where nothing would be lost", async () => {
      const asked = await ask(new MockRun(COMPLETE, NONE));
      await answered(asked, true);
      expect(asked.dialog.open).to.equal(false);
    });

    for (const [name, assessment] of RISKS) {
      it(`is not answered before the person has: ${name}`, async () => {
        const asked = await askShown(new MockRun(IDLE, assessment));
        expect(asked.answer()).to.equal(null);
        expect(asked.dialog.matches(":modal")).to.equal(true);
      });
    }

    it("is false when the person cancels", async () => {
      const asked = await askShown(new MockRun(IDLE, IN_BACKUP));
      await pressAll(asked.element, "Cancel");
      await answered(asked, false);
      expect(asked.dialog.open).to.equal(false);
    });

    it("is false when the person presses Escape", async () => {
      const asked = await askShown(new MockRun(IDLE, IN_BACKUP));
      await sendKeys({ press: "Escape" });
      await answered(asked, false);
      expect(asked.dialog.open).to.equal(false);
    });

    it("is false when the element leaves the page", async () => {
      const asked = await askShown(new MockRun(IDLE, IN_BACKUP));
      asked.element.remove();
      await answered(asked, false);
    });

    it("is false when it is of another run by then", async () => {
      const asked = await askShown(new MockRun(IDLE, IN_BACKUP));
      asked.element.safety = new MockRun(COMPLETE, NONE);
      await answered(asked, false);
    });

    it("is false where there is nobody to ask", async () => {
      const element = await fixture<KeyBackupResetWarningElement>(html`
        <key-backup-reset-warning></key-backup-reset-warning>
      `);
      expect(await element.confirm()).to.equal(false);
    });

    it("is false, and says so, where the dialog cannot be seen", async () => {
      const faults: unknown[] = [];
      const { reportError } = window;
      window.reportError = (fault) => faults.push(fault);
      try {
        const run = new MockRun(IDLE, IN_BACKUP);
        const page = await fixture(html`
          <div style="display: none"><key-backup-reset-warning .safety=${run}></key-backup-reset-warning></div>
        `);
        const element = page.querySelector("key-backup-reset-warning") as KeyBackupResetWarningElement;
        expect(await element.confirm()).to.equal(false);
        expect(String(faults[0])).to.contain("not displayed");
      } finally {
        window.reportError = reportError;
      }
    });

    it("shows one dialog to two who ask at a time, and gives both the answer", async () => {
      const first = await ask(new MockRun(IDLE, IN_BACKUP));
      const second = askAgain(first.element);
      await shown(first);
      await pressAll(first.element, "Cancel");
      await answered(first, false);
      await answered(second, false);
    });

    it("asks anew when it was answered", async () => {
      const run = new MockRun(IDLE, IN_BACKUP);
      const first = await askShown(run);
      await pressAll(first.element, "Cancel");
      run.assessment = EVERY_KIND;
      const second = askAgain(first.element);
      await shown(second);
      expect(losses(second)).to.have.lengthOf(3);
      expect(second.answer()).to.equal(null);
    });

    it("stays open when it is asked again in the moment that it closes", async () => {
      const first = await askShown(new MockRun(IDLE, IN_BACKUP));
      button(first.element, "Cancel").click();
      const second = askAgain(first.element);
      await shown(second);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect([second.dialog.open, second.answer()]).to.deep.equal([true, null]);
    });
  });

  describe("assessment", () => {
    const lists: readonly (readonly [string, ResetAssessment, readonly string[]])[] = [
      [
        "every kind of key",
        EVERY_KIND,
        [
          "12,345 keys are only in the backup",
          "38,214 keys are downloaded, but not yet imported",
          "1 key does not open with the recovery key of this device",
        ],
      ],
      ["no kind that there is none of", IN_BACKUP, ["12,345 keys are only in the backup"]],
      ["what is known without a connection", UNKNOWN.offline, ["12,345 keys are only in the backup"]],
      ["nothing where nothing is known", UNKNOWN["homeserver-error"], []],
    ];
    for (const [what, assessment, listed] of lists) {
      it(`lists ${what}`, async () => {
        expect(losses(await askShown(new MockRun(IDLE, assessment)))).to.deep.equal(listed);
      });
    }

    const words: readonly (readonly [ResetAssessment, string])[] = [
      [IN_BACKUP, "A reset deletes the backup."],
      [UNKNOWN.offline, "There is no connection to the homeserver, so nobody can tell"],
      [UNKNOWN["homeserver-error"], "The homeserver has a problem, so nobody can tell"],
      [UNKNOWN["no-decryption-key"], "This device does not have the recovery key, so nobody can tell"],
    ];
    for (const [assessment, said] of words) {
      it(`says "${said}"`, async () => {
        expect(message(await askShown(new MockRun(IDLE, assessment)))).to.contain(said);
      });
    }

    it("never says that it costs nothing where nobody can tell", async () => {
      for (const [name, assessment] of Object.entries(ASSESSMENTS.unknown)) {
        const asked = await askShown(new MockRun(COMPLETE, assessment));
        expect(textOf(asked.dialog), name).not.to.match(/costs none|Every key/);
        expect(buttons(asked.element), name).not.to.include("Reset");
      }
    });

    it("that fails is a doubt like another", async () => {
      const run = new MockRun(COMPLETE);
      run.assessReset = async () => {
        throw new Error("A fault of the assessment");
      };
      const asked = await askShown(run);
      expect(message(asked)).to.equal("It could not be found out which keys a reset would cost.");
      expect(buttons(asked.element)).to.deep.equal([FINISH, "Check again", "Cancel", ANYWAY]);
    });

    it("that takes long is told, and can be cancelled", async () => {
      const run = new MockRun(IDLE);
      let signal: AbortSignal | undefined;
      run.assessReset = (given) => {
        signal = given;
        return deferred<ResetAssessment>().promise;
      };
      const asked = await askShown(run);
      expect(message(asked)).to.equal("Looking at what a reset would cost…");
      expect(buttons(asked.element)).to.deep.equal(["Cancel"]);
      await sendKeys({ press: "Escape" });
      await answered(asked, false);
      expect(signal?.aborted).to.equal(true);
    });

    it("says whether it is asked for before a reset or before logging out", async () => {
      const run = new MockRun(IDLE);
      const occasions: unknown[] = [];
      run.assessReset = async (_signal, occasion) => {
        occasions.push(occasion);
        return NONE;
      };
      for (const occasion of ["disable", "logout"] as const) await answered(await ask(run, occasion), true);
      expect(occasions).to.deep.equal(["reset", "logout"]);
    });

    it("that comes after that goes on where nothing would be lost", async () => {
      const run = new MockRun(IDLE);
      const assessment = deferred<ResetAssessment>();
      run.assessReset = () => assessment.promise;
      const asked = await askShown(run);
      assessment.resolve(NONE);
      await answered(asked, true);
    });

    it("is made again by a press", async () => {
      const run = new MockRun(IDLE, UNKNOWN.offline);
      const asked = await askShown(run);
      run.assessment = IN_BACKUP;
      await pressAll(asked.element, "Check again");
      await until(() => message(asked).startsWith("A reset deletes"), "The new answer is shown");
      expect(asked.answer()).to.equal(null);
    });

    it("is made again at once when the status changes", async () => {
      const run = new MockRun(DOWNLOADING, EVERY_KIND);
      const asked = await askShown(run);
      run.assessment = IN_BACKUP;
      await become(asked, run, IMPORTING);
      await until(() => losses(asked).length === 1, "The new numbers are shown");
    });

    it("is made again as the counts move, not as often as they do", async () => {
      const run = new MockRun(DOWNLOADING, atRisk(9));
      const asked = await askShown(run);
      let questions = 0;
      run.assessReset = async () => atRisk(8 - questions++);
      for (let count = 0; count < 20; count++) await become(asked, run, { ...DOWNLOADING });
      expect(questions).to.equal(0);
      await until(() => losses(asked)[0]?.startsWith("8 "), "The new numbers are shown");
      expect(questions).to.equal(1);
    });

    it("is not made any more when the dialog is closed", async () => {
      const run = new MockRun(DOWNLOADING, IN_BACKUP);
      const asked = await askShown(run);
      await pressAll(asked.element, "Cancel");
      let questions = 0;
      run.assessReset = async () => atRisk(questions++);
      await become(asked, run, IMPORTING);
      expect(questions).to.equal(0);
    });

    it("that turns good while the person reads is told, and goes on by a press", async () => {
      const run = new MockRun(IMPORTING, EVERY_KIND);
      const asked = await askShown(run);
      run.assessment = NONE;
      await become(asked, run, COMPLETE);
      await until(() => message(asked).endsWith("A reset costs none."), "It is told");
      expect([asked.answer(), ...buttons(asked.element)]).to.deep.equal([null, "Reset", "Cancel"]);
      await pressAll(asked.element, "Reset");
      await answered(asked, true);
    });
  });

  describe("choices", () => {
    const offers: readonly (readonly [string, ResetAssessment, readonly string[]])[] = [
      ["keys that are only in the backup", IN_BACKUP, [FINISH, "Cancel", ANYWAY]],
      ["keys of every kind", EVERY_KIND, [FINISH, "Save a rescue copy", "Cancel", ANYWAY]],
      ["keys that nothing can open, and of which nothing is kept", UNREADABLE, ["Cancel", ANYWAY]],
      ["no connection", UNKNOWN.offline, [FINISH, "Check again", "Cancel", ANYWAY]],
      [
        "no recovery key",
        UNKNOWN["no-decryption-key"],
        ["Enter recovery key", FINISH, "Save a rescue copy", "Cancel", ANYWAY],
      ],
      [
        "no recovery key, when all is downloaded",
        ASSESSMENTS.unknown["No recovery key, all downloaded"],
        ["Enter recovery key", "Save a rescue copy", "Cancel", ANYWAY],
      ],
    ];
    for (const [when, assessment, offered] of offers) {
      it(`are ${offered.join(", ")} with ${when}`, async () => {
        expect(buttons((await askShown(new MockRun(IDLE, assessment))).element)).to.deep.equal(offered);
      });
    }

    it("to enter the recovery key closes the dialog as cancelled, then tells the host", async () => {
      const asked = await askShown(new MockRun(IDLE, UNKNOWN["no-decryption-key"]));
      let wasModal = true;
      asked.element.addEventListener("key-backup-recovery-key-request", async () => {
        await asked.element.updateComplete;
        wasModal = asked.dialog.open;
      });
      const requests = requestsOf(asked.element);
      await pressAll(asked.element, "Enter recovery key");
      await answered(asked, false);
      expect([wasModal, ...requests]).to.deep.equal([false, "key-backup-recovery-key-request"]);
    });
  });

  describe("finish first", () => {
    const wishes: readonly (readonly [string, KeyBackupSyncState, readonly string[]])[] = [
      ["starts what is idle", IDLE, ["key-backup-start-request"]],
      ["starts what is complete, for the backup has more by now", COMPLETE, ["key-backup-start-request"]],
      ["starts what has failed", FAILED["import-failed"], ["key-backup-start-request"]],
      ["resumes what is paused", PAUSED, ["key-backup-resume-request"]],
      ["resumes what waits for another connection", WAITING.metered, ["key-backup-resume-request"]],
      ["asks nothing of what goes on", DOWNLOADING, []],
    ];
    for (const [what, state, asked] of wishes) {
      it(what, async () => {
        const { element } = await askShown(new MockRun(state, EVERY_KIND));
        const requests = requestsOf(element);
        await pressAll(element, FINISH);
        expect(requests).to.deep.equal(asked);
        expect(all(element, "[part='finishing']")).to.have.lengthOf(1);
      });
    }

    it("stays with the choice when the host refuses", async () => {
      const { element } = await askShown(new MockRun(PAUSED, EVERY_KIND));
      element.addEventListener("key-backup-resume-request", (event) => event.preventDefault());
      await pressAll(element, FINISH);
      expect(buttons(element)).to.include(ANYWAY);
    });

    it("leaves the page to the user, and says what it waits for", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const asked = await finishing(run);
      await become(asked, run, IMPORTING);
      expect([asked.dialog.open, asked.answer()]).to.deep.equal([false, null]);
      expect(textOf(part(asked.element, "finishing"))).to.contain("waits until it costs no key.");
      expect(buttons(asked.element)).to.deep.equal(["Back", "Cancel"]);
    });

    it("asks once more when nothing would be lost any more, and does nothing with nobody there", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const asked = await finishing(run);
      await become(asked, run, IMPORTING);
      run.assessment = NONE;
      await become(asked, run, COMPLETE);
      await shown(asked);
      expect(message(asked)).to.equal("Every key from the backup is on this device. A reset costs none.");
      expect([asked.answer(), ...buttons(asked.element)]).to.deep.equal([null, "Reset", "Cancel"]);
      await pressAll(asked.element, "Reset");
      await answered(asked, true);
    });

    it("asks at once when it is asked for the answer again", async () => {
      const asked = await finishing(new MockRun(DOWNLOADING, EVERY_KIND));
      const again = askAgain(asked.element);
      await shown(again);
      expect(buttons(asked.element)).to.include(ANYWAY);
      await pressAll(asked.element, "Cancel");
      await answered(asked, false);
      await answered(again, false);
    });

    it("does not take the state that it began with for the end", async () => {
      const run = new MockRun(COMPLETE, IN_BACKUP);
      const asked = await finishing(run);
      run.assessment = atRisk(7);
      asked.element.requestUpdate();
      await settled(asked.element);
      expect(buttons(asked.element)).to.deep.equal(["Back", "Cancel"]);
    });

    it("leads back to the choice when it is complete and keys are left", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const asked = await finishing(run);
      await become(asked, run, IMPORTING);
      run.assessment = UNREADABLE;
      await become(asked, run, COMPLETE);
      await until(() => buttons(asked.element).includes(ANYWAY), "The choice is back");
      expect(textOf(one(asked.element, "[role='alert']"))).to.equal("Not every key is saved.");
      expect(losses(asked)).to.deep.equal(["7 keys do not open with the recovery key of this device"]);
      expect(asked.answer()).to.equal(null);
    });

    it("leads back to the choice when it fails, and says why", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const asked = await finishing(run);
      await become(asked, run, FAILED["storage-full"]);
      await until(() => buttons(asked.element).includes(FINISH), "The choice is back");
      expect(textOf(one(asked.element, "[role='alert']"))).to.equal(
        "No room left on this device. Make some room, then try again.",
      );
      expect(asked.answer()).to.equal(null);
    });

    it("leads back to the choice when nobody can tell at the end", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const asked = await finishing(run);
      run.assessment = UNKNOWN.offline;
      await become(asked, run, COMPLETE);
      await until(() => buttons(asked.element).includes(ANYWAY), "The choice is back");
      expect(asked.answer()).to.equal(null);
    });

    it("waits on without a connection", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const asked = await finishing(run);
      run.assessment = UNKNOWN.offline;
      await become(asked, run, WAITING.offline);
      expect(buttons(asked.element)).to.deep.equal(["Back", "Cancel"]);
    });

    it("can be cancelled", async () => {
      const asked = await finishing(new MockRun(DOWNLOADING, EVERY_KIND));
      await pressAll(asked.element, "Cancel");
      await answered(asked, false);
      expect(all(asked.element, "[part='finishing']")).to.have.lengthOf(0);
    });

    it("can be left for the choice, and then does not go on by itself", async () => {
      const run = new MockRun(IMPORTING, EVERY_KIND);
      const asked = await finishing(run);
      await pressAll(asked.element, "Back");
      run.assessment = NONE;
      await become(asked, run, COMPLETE);
      await until(() => buttons(asked.element).includes("Reset"), "It is told");
      expect(asked.answer()).to.equal(null);
    });

    it("offers the recovery key when that is what it waits for", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const asked = await finishing(run);
      await become(asked, run, WAITING["decryption-key"]);
      expect(buttons(asked.element)).to.deep.equal(["Enter recovery key", "Back", "Cancel"]);
      const requests = requestsOf(asked.element);
      await pressAll(asked.element, "Enter recovery key");
      // The run goes on with it, and so does the wait.
      expect([...requests, asked.answer()]).to.deep.equal(["key-backup-recovery-key-request", null]);
    });

    it("asks before it downloads on a connection that is set to save data", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const asked = await finishing(run);
      await become(asked, run, WAITING.metered);
      const requests = requestsOf(asked.element);
      await pressAll(asked.element, "Download anyway");
      expect(requests).to.deep.equal(["key-backup-resume-request"]);
    });
  });

  describe("reset anyway", () => {
    it("takes a second step, which names the number", async () => {
      const asked = await askShown(new MockRun(IDLE, IN_BACKUP));
      await pressAll(asked.element, ANYWAY);
      expect(textOf(one(asked.element, "label"))).to.equal(AGREE);
      expect(buttons(asked.element)).to.deep.equal(["Back", "Cancel", `(${CONFIRM})`]);
      expect(asked.answer()).to.equal(null);
    });

    it("names all keys that may be lost", async () => {
      const asked = await askShown(new MockRun(IDLE, EVERY_KIND));
      await pressAll(asked.element, ANYWAY);
      expect(textOf(one(asked.element, "label"))).to.equal("I accept that 50,560 keys may be lost for good.");
    });

    it("says where nobody can name a number", async () => {
      const asked = await askShown(new MockRun(IDLE, UNKNOWN.offline));
      await pressAll(asked.element, ANYWAY);
      expect(textOf(one(asked.element, "label"))).to.equal(
        "I accept that keys may be lost for good, and that nobody can tell how many.",
      );
    });

    it("does nothing before the box is ticked", async () => {
      const asked = await askShown(new MockRun(IDLE, IN_BACKUP));
      await pressAll(asked.element, ANYWAY, CONFIRM);
      expect([asked.dialog.open, asked.answer()]).to.deep.equal([true, null]);
    });

    it("does nothing by a double press on the same place", async () => {
      const asked = await askShown(new MockRun(IDLE, IN_BACKUP));
      const { left, top, width, height } = button(asked.element, ANYWAY).getBoundingClientRect();
      await press(button(asked.element, ANYWAY));
      await settled(asked.element);
      const under = asked.element.shadowRoot?.elementFromPoint(left + width / 2, top + height / 2);
      (under as HTMLElement | null)?.click();
      await settled(asked.element);
      expect([asked.dialog.open, asked.answer()]).to.deep.equal([true, null]);
    });

    it("goes on when it is ticked and pressed", async () => {
      const asked = await agreed(new MockRun(IDLE, IN_BACKUP));
      expect(buttons(asked.element)).to.include(CONFIRM);
      await pressAll(asked.element, CONFIRM);
      await answered(asked, true);
    });

    it("goes on from the keyboard", async () => {
      const asked = await askShown(new MockRun(IDLE, IN_BACKUP));
      await tabTo(asked.dialog, button(asked.element, ANYWAY));
      await sendKeys({ press: "Enter" });
      await settled(asked.element);
      await sendKeys({ press: " " });
      await settled(asked.element);
      await tabTo(asked.dialog, button(asked.element, CONFIRM));
      await sendKeys({ press: "Enter" });
      await answered(asked, true);
    });

    it("does not hold when the box is no longer ticked", async () => {
      const asked = await agreed(new MockRun(IDLE, IN_BACKUP));
      await press(box(asked));
      await pressAll(asked.element, CONFIRM);
      expect(asked.answer()).to.equal(null);
    });

    it("must be agreed to again when more would be lost", async () => {
      const run = new MockRun(DOWNLOADING, IN_BACKUP);
      const asked = await agreed(run);
      run.assessment = atRisk(12_346);
      await become(asked, run, IMPORTING);
      await until(() => textOf(one(asked.element, "label")).includes("12,346"), "The new number is shown");
      expect([box(asked).checked, ...buttons(asked.element)]).to.deep.equal([false, "Back", "Cancel", `(${CONFIRM})`]);
    });

    it("stays agreed to when less would be lost", async () => {
      const run = new MockRun(DOWNLOADING, IN_BACKUP);
      const asked = await agreed(run);
      run.assessment = atRisk(1);
      await become(asked, run, IMPORTING);
      await until(
        () => textOf(one(asked.element, "label")) === "I accept that 1 key may be lost for good.",
        "One is shown",
      );
      expect(box(asked).checked).to.equal(true);
    });

    it("is no matter any more when nothing would be lost", async () => {
      const run = new MockRun(IMPORTING, IN_BACKUP);
      const asked = await agreed(run);
      run.assessment = NONE;
      await become(asked, run, COMPLETE);
      await until(() => buttons(asked.element).includes("Reset"), "It is told");
      expect(asked.answer()).to.equal(null);
    });

    it("can be left, and begins anew", async () => {
      const asked = await agreed(new MockRun(IDLE, IN_BACKUP));
      await pressAll(asked.element, "Back", ANYWAY);
      expect(box(asked).checked).to.equal(false);
    });
  });

  describe("rescue copy", () => {
    it("is saved from the dialog, which then is as it was", async () => {
      const asked = await askShown(new MockRun(IDLE, EVERY_KIND));
      await pressAll(asked.element, "Save a rescue copy");
      expect(textOf(part(asked.element, "dialog-title"))).to.equal("Save a rescue copy");
      expect(all(asked.element, "[type='radio']")).to.have.lengthOf(2);
      await pressAll(asked.element, "Back");
      expect(buttons(asked.element)).to.include(ANYWAY);
      expect(asked.answer()).to.equal(null);
    });

    it("takes no passphrase where the recovery key is not known", async () => {
      const asked = await askShown(new MockRun(IDLE, UNKNOWN["no-decryption-key"]));
      await pressAll(asked.element, "Save a rescue copy");
      expect(all(asked.element, "input")).to.have.lengthOf(0);
    });
  });

  describe("occasion", () => {
    it("logout: asks where keys are downloaded and not imported, and names only these", async () => {
      const asked = await askShown(new MockRun(PAUSED, EVERY_KIND), "logout");
      expect(textOf(part(asked.element, "dialog-title"))).to.equal("Before you log out");
      expect(losses(asked)).to.deep.equal(["38,214 keys are downloaded, but not yet imported"]);
      expect(buttons(asked.element)).to.deep.equal([
        "Finish first, then log out",
        "Save a rescue copy",
        "Cancel",
        "Log out anyway…",
      ]);
    });

    it("logout: asks because of an earlier backup's keys, which are nowhere else", async () => {
      const { "Complete, an earlier backup was replaced": replaced } = BY_STATUS.complete;
      const asked = await askShown(new MockRun(replaced, EARLIER), "logout");
      expect(losses(asked)).to.deep.equal([
        "318 keys of an earlier backup are only on this device, and not yet imported",
      ]);
      expect(buttons(asked.element)).to.deep.equal([
        "Enter recovery key",
        "Save a rescue copy",
        "Cancel",
        "Log out anyway…",
      ]);
    });

    it("logout: can have an earlier backup's keys imported first, where no run has tried yet", async () => {
      const asked = await askShown(new MockRun(COMPLETE, EARLIER), "logout");
      expect(buttons(asked.element)[0]).to.equal("Finish first, then log out");
    });

    it("logout: asks because of an earlier backup's keys also where there is no connection", async () => {
      const asked = await askShown(new MockRun(PAUSED, { ...UNKNOWN["homeserver-error"], earlier: 1 }), "logout");
      expect(losses(asked)).to.deep.equal(["1 key of an earlier backup is only on this device, and not yet imported"]);
    });

    it("logout: offers a file without a passphrase alone where no key can be decrypted", async () => {
      const { "Complete, an earlier backup was replaced": replaced } = BY_STATUS.complete;
      const asked = await askShown(new MockRun(replaced, EARLIER), "logout");
      await pressAll(asked.element, "Save a rescue copy");
      expect(all(asked.element, "input")).to.have.lengthOf(0);
    });

    it("reset: does not ask because of those, for they stay", async () => {
      const { "Complete, an earlier backup was replaced": replaced } = BY_STATUS.complete;
      await answered(await ask(new MockRun(replaced, EARLIER)), true);
    });

    const harmless: readonly (readonly [string, ResetAssessment])[] = [
      ["keys that stay in the backup", IN_BACKUP],
      ["keys that nothing can open", UNREADABLE],
      ["no connection, and nothing downloaded", UNKNOWN.offline],
      ["no connection, and nothing known", ASSESSMENTS.unknown["Offline, nothing known"]],
    ];
    for (const [what, assessment] of harmless) {
      it(`logout: does not ask because of ${what}`, async () => {
        await answered(await ask(new MockRun(PAUSED, assessment), "logout"), true);
      });
    }

    it("disable: says that it counts for all devices, also where nobody can tell what it costs", async () => {
      for (const assessment of [EVERY_KIND, UNKNOWN.offline]) {
        const asked = await askShown(new MockRun(PAUSED, assessment), "disable");
        expect(message(asked)).to.contain("This counts for all your devices");
        expect(buttons(asked.element)).to.include("Turn off anyway…");
        await pressAll(asked.element, "Cancel");
      }
    });

    it("logout: asks where keys are not uploaded yet, and once more when they are", async () => {
      const run = new MockRun(UPLOADING, NOT_UPLOADED);
      let assessed = 0;
      run.assessReset = async () => {
        assessed++;
        return run.assessment;
      };
      const asked = await askShown(run, "logout");
      expect(textOf(one(asked.element, "#losses"))).to.contain("14,200 keys are on this device alone");
      await pressAll(asked.element, "Finish the upload first");
      expect(asked.dialog.open).to.equal(false);
      await become(asked, run, { ...UPLOADING, uploading: { ...UPLOAD, done: 6_000 } });
      await until(() => assessed > 1, "It is assessed again");
      expect([asked.answer(), asked.dialog.open]).to.deep.equal([null, false]);
      run.assessment = NONE;
      await become(asked, run, { ...UPLOADING, uploading: null });
      await shown(asked);
      expect(run.asked).to.deep.equal([]);
      await pressAll(asked.element, "Log out");
      await answered(asked, true);
    });

    it("reset: does not ask because of keys that are not uploaded yet", async () => {
      await answered(await ask(new MockRun(UPLOADING, NOT_UPLOADED)), true);
    });

    it("logout: asks where a reset did not finish, and has it finished first", async () => {
      const asked = await askShown(new MockRun(UNAVAILABLE["reset-unfinished"], RESET_UNFINISHED), "logout");
      expect(message(asked)).to.contain("they may be in no backup");
      let requests = 0;
      asked.element.addEventListener("key-backup-finish-reset-request", () => requests++);
      await pressAll(asked.element, "Finish first, then log out");
      expect(requests).to.equal(1);
      expect(asked.answer()).to.equal(null);
    });

    for (const [name, words] of [
      ["Nothing, there is no backup", "5,678 keys are on this device alone: your account has no key backup."],
      ["Nothing, key storage is off", "5,678 keys are on this device alone: you turned key storage off."],
      ["Nothing, the backup is not used", "12 keys are on this device alone: it does not use your key backup."],
    ] as const) {
      it(`logout: asks where keys are in no backup: ${name}`, async () => {
        const asked = await askShown(new MockRun(UNAVAILABLE["no-backup"], ASSESSMENTS.none[name]), "logout");
        expect(textOf(part(asked.element, "losses"))).to.contain(words);
        expect(buttons(asked.element)).to.deep.equal(["Cancel", "Log out anyway…"]);
        await pressAll(asked.element, "Cancel");
        await answered(asked, false);
      });

      it(`reset: does not ask: ${name}`, async () => {
        await answered(await ask(new MockRun(UNAVAILABLE["no-backup"], ASSESSMENTS.none[name])), true);
      });
    }

    it("reset: tells keys of older backups from those of the present one, and which need an earlier recovery key", async () => {
      const { "In an older backup, too": both, "In an older backup that is locked": locked } = ASSESSMENTS["at-risk"];
      const first = await askShown(new MockRun(COMPLETE, both));
      expect(all(first.element, "li").map(textOf)).to.deep.equal([
        "11,145 keys are only in the backup",
        "1,200 keys are only in an older backup, which goes as well",
      ]);
      expect(buttons(first.element)[0]).to.equal("Finish first, then reset");
      const second = await askShown(new MockRun(COMPLETE, locked));
      expect(all(second.element, "li").map(textOf)).to.deep.equal([
        "1,200 keys are only in an older backup, which goes as well",
      ]);
      expect(textOf(part(second.element, "losses"))).to.contain(
        "1,200 keys of an older backup can be read only with the recovery key that you had then.",
      );
    });

    it("logout: offers the recovery key where that is missing", async () => {
      const asked = await askShown(new MockRun(WAITING["decryption-key"], UNKNOWN["no-decryption-key"]), "logout");
      expect(buttons(asked.element)[0]).to.equal("Enter recovery key");
    });
  });

  describe("accessibility", () => {
    it("is an alert dialog with a name and a description", async () => {
      const { dialog, element } = await askShown(new MockRun(IDLE, EVERY_KIND));
      const described = (dialog.getAttribute("aria-describedby") ?? "")
        .split(" ")
        .map((id) => element.shadowRoot?.getElementById(id));
      expect(dialog.getAttribute("role")).to.equal("alertdialog");
      expect(textOf(one(element, `#${dialog.getAttribute("aria-labelledby")}`))).to.contain("Before you reset");
      expect(described.map((it) => it && textOf(it)).join()).to.contain("12,345 keys");
    });

    for (const [name, assessment] of RISKS) {
      it(`has the focus on nothing that cannot be undone: ${name}`, async () => {
        const { element } = await askShown(new MockRun(IDLE, assessment));
        expect(focusedName()).to.equal(buttons(element)[0]);
        expect(focusedName()).not.to.equal(ANYWAY);
      });
    }

    it("has the focus on the box in the second step", async () => {
      const asked = await askShown(new MockRun(IDLE, IN_BACKUP));
      await pressAll(asked.element, ANYWAY);
      expect(asked.element.shadowRoot?.activeElement === box(asked)).to.equal(true);
    });

    it("has the focus on the first field of the rescue copy", async () => {
      const { element } = await askShown(new MockRun(IDLE, EVERY_KIND));
      await pressAll(element, "Save a rescue copy");
      expect(one(element, "key-backup-rescue-copy").shadowRoot?.activeElement?.getAttribute("type")).to.equal("radio");
    });

    it("leads the Tab key from button to button", async () => {
      const { element } = await askShown(new MockRun(IDLE, EVERY_KIND));
      const seen = [focusedName()];
      // Not further: the next one may be the browser's, from which a test does not come back.
      while (seen.length < buttons(element).length) {
        await sendKeys({ press: "Tab" });
        seen.push(focusedName());
      }
      expect(seen).to.deep.equal(buttons(element));
    });

    it("lets the focus go to nothing below it", async () => {
      const below = await fixture<HTMLButtonElement>(html`<button>Send a message</button>`);
      await askShown(new MockRun(IDLE, IN_BACKUP));
      below.focus();
      expect(focusedName()).to.equal(FINISH);
    });

    it("gives the focus back to what opened it", async () => {
      const opener = await fixture<HTMLButtonElement>(html`<button>Reset key backup</button>`);
      opener.focus();
      await askShown(new MockRun(IDLE, IN_BACKUP));
      await sendKeys({ press: "Escape" });
      await until(() => focusedName() === "Reset key backup", "The focus is back");
    });

    it("keeps the focus in the dialog when a button goes away", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const asked = await askShown(run);
      await tabTo(asked.dialog, button(asked.element, "Save a rescue copy"));
      run.assessment = IN_BACKUP;
      await become(asked, run, IDLE);
      await until(() => !buttons(asked.element).includes("Save a rescue copy"), "It goes");
      expect(focusedName()).to.equal(FINISH);
    });

    it("speaks no counts", async () => {
      for (const [name, assessment] of RISKS) {
        const { element } = await askShown(new MockRun(IDLE, assessment));
        for (const spoken of all(element, "[role='status']")) expect(textOf(spoken), name).not.to.match(/\d/);
      }
    });

    it("does not speak when only a number changes", async () => {
      const run = new MockRun(DOWNLOADING, atRisk(9));
      const asked = await askShown(run);
      let touched = 0;
      const watch = new MutationObserver((records) => {
        touched += records.length;
      });
      watch.observe(one(asked.element, "#message"), { subtree: true, childList: true, characterData: true });
      run.assessment = atRisk(8);
      await become(asked, run, IMPORTING);
      await until(() => losses(asked)[0]?.startsWith("8 "), "The new number is shown");
      watch.disconnect();
      expect(touched).to.equal(0);
    });

    it("has whole sentences and no hole in them", async () => {
      for (const [name, assessment] of RISKS) {
        const { dialog } = await askShown(new MockRun(IDLE, assessment));
        expect(textOf(dialog), name).not.to.match(/undefined|null|NaN|Infinity|∞|\[object/);
      }
    });

    it("has buttons and a box that a finger can hit", async () => {
      const { element } = await agreed(new MockRun(IDLE, IN_BACKUP));
      for (const it of all(element, "button, label")) {
        expect(it.getBoundingClientRect().height).to.be.at.least(44);
      }
    });
  });

  describe("on a narrow page", () => {
    /** In words as long as German ones. */
    const reset = ENGLISH.warning.reset;
    const strings = {
      ...ENGLISH,
      warning: {
        ...ENGLISH.warning,
        reset: {
          ...reset,
          title: "Bevor Sie Ihre Schlüsselsicherungswiederherstellungseinstellungen zurücksetzen",
          buttons: { ...reset.buttons, finish: "Schlüsselsicherungswiederherstellung abschließen" },
        },
      },
    };

    for (const direction of ["ltr", "rtl"]) {
      it(`keeps long words within it, ${direction}`, async () => {
        await setViewport({ width: 320, height: 640 });
        try {
          const asked = await ask(new MockRun(IDLE, EVERY_KIND));
          asked.element.dir = direction;
          asked.element.strings = strings;
          await shown(asked);
          const frame = asked.dialog.getBoundingClientRect();
          expect(frame.left).to.be.at.least(0);
          expect(frame.right).to.be.at.most(innerWidth);
          for (const it of all(asked.element, "h2, p, li, button")) {
            expect(it.scrollWidth, textOf(it)).to.be.at.most(it.clientWidth + 1);
          }
        } finally {
          await setViewport({ width: 800, height: 600 });
        }
      });
    }

    it("can be scrolled to its last button on a low one", async () => {
      await setViewport({ width: 320, height: 256 });
      try {
        const asked = await askShown(new MockRun(IDLE, EVERY_KIND));
        await pressAll(asked.element, ANYWAY);
        expect(buttons(asked.element)).to.include("Back");
      } finally {
        await setViewport({ width: 800, height: 600 });
      }
    });
  });

  describe("parts", () => {
    it("tell what goes on without the keys from the other buttons", async () => {
      const { element } = await askShown(new MockRun(IDLE, EVERY_KIND));
      expect(textOf(part(element, "button-danger"))).to.equal(ANYWAY);
      expect(all(part(element, "actions"), "[part~='button']").map(textOf)).to.deep.equal(buttons(element));
    });

    it("take no place on the page while nothing is asked", async () => {
      const element = await fixture<KeyBackupResetWarningElement>(html`
        <key-backup-reset-warning></key-backup-reset-warning>
      `);
      expect(element.getClientRects()).to.have.lengthOf(0);
      expect(dialogOf(element).getClientRects()).to.have.lengthOf(0);
    });
  });
});
