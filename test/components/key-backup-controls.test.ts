import { expect, fixture, html } from "@open-wc/testing";
import "../../components/index.js";
import { ENGLISH, type KeyBackupControlsElement } from "../../components/index.js";
import type { KeyBackupSyncState } from "../../src/state.js";
import { BY_STATUS, FAILED, STATES, UNAVAILABLE, WAITING } from "../../stories/states.fixtures.js";
import { sendKeys } from "../support/commands.mjs";
import {
  all,
  button,
  buttons,
  focusedName,
  NARROW,
  part,
  press,
  settled,
  stickingOut,
  tabTo,
  textOf,
} from "./on-page.js";

const REQUESTS = ["start", "pause", "resume", "stop", "finish-reset", "recovery-key"].map(
  (wish) => `key-backup-${wish}-request`,
);

const { Downloading: DOWNLOADING } = BY_STATUS.downloading;
const { "Paused in the download": PAUSED } = BY_STATUS.paused;
const { Idle: IDLE } = BY_STATUS.idle;

async function controlsFor(state: KeyBackupSyncState): Promise<KeyBackupControlsElement> {
  return await fixture(html`<key-backup-controls .state=${state}></key-backup-controls>`);
}

/** What it sends from now on. */
function requestsOf(element: Element): Event[] {
  const requests: Event[] = [];
  for (const type of REQUESTS) element.addEventListener(type, (event) => requests.push(event));
  return requests;
}

const typesOf = (events: readonly Event[]): string[] => events.map(({ type }) => type);

async function become(element: KeyBackupControlsElement, state: KeyBackupSyncState): Promise<void> {
  element.state = state;
  await settled(element);
}

describe("<key-backup-controls>", () => {
  describe("accessibility", () => {
    it("says that a button cannot be pressed now, and lets it have the focus all the same", async () => {
      const element = await controlsFor(BY_STATUS.checking.Checking);
      await tabTo(element, button(element, "Pause"));
      expect(button(element, "Pause").getAttribute("aria-disabled")).to.equal("true");
    });

    it("leaves no button nameless in any state", async () => {
      for (const [name, state] of STATES) {
        const element = await controlsFor(state);
        for (const it of all(element, "button")) expect(textOf(it), name).to.match(/\w/);
      }
    });

    it("has the focus on Resume where it was on Pause", async () => {
      const element = await controlsFor(DOWNLOADING);
      await tabTo(element, button(element, "Pause"));
      await become(element, PAUSED);
      expect(focusedName()).to.equal("Resume");
    });

    it("hands the focus on when Stop is gone", async () => {
      const element = await controlsFor(DOWNLOADING);
      await tabTo(element, button(element, "Stop"));
      await become(element, IDLE);
      expect(focusedName()).to.equal("Download keys");
    });

    it("hands the focus on when the recovery key is no longer asked for", async () => {
      const element = await controlsFor(WAITING["decryption-key"]);
      await tabTo(element, button(element, "Enter recovery key"));
      await become(element, BY_STATUS.importing.Importing);
      expect(focusedName()).to.equal("Pause");
    });

    it("gives the focus back after a state in which there is no button", async () => {
      const element = await controlsFor(BY_STATUS.complete.Complete);
      await tabTo(element, button(element, "Check again"));
      await become(element, BY_STATUS.resetting.Resetting);
      expect(buttons(element)).to.deep.equal([]);
      await become(element, BY_STATUS.checking.Checking);
      expect(focusedName()).to.equal("Pause");
    });

    it("takes the focus from nobody else", async () => {
      const element = await controlsFor(DOWNLOADING);
      const other = await fixture<HTMLInputElement>(html`<input aria-label="Message" />`);
      other.focus();
      await become(element, IDLE);
      expect(focusedName()).to.equal("Message");
    });

    it("shows where the keyboard is", async () => {
      const element = await controlsFor(DOWNLOADING);
      await tabTo(element, button(element, "Stop"));
      expect(getComputedStyle(button(element, "Stop")).outlineStyle).to.equal("solid");
    });

    it("has buttons that a finger can hit, and that do not zoom on a double tap", async () => {
      const element = await controlsFor(WAITING["decryption-key"]);
      for (const it of all(element, "button")) {
        expect(it.getBoundingClientRect().height).to.be.at.least(44);
        expect(it.getBoundingClientRect().width).to.be.at.least(44);
        expect(getComputedStyle(it).touchAction).to.equal("manipulation");
      }
    });
  });

  describe("properties", () => {
    const offers: readonly (readonly [string, KeyBackupSyncState, readonly string[]])[] = [
      ["before anything is asked", IDLE, ["Download keys"]],
      ["while it looks at the backup", BY_STATUS.checking.Checking, ["(Pause)", "Stop"]],
      ["without a backup", UNAVAILABLE["no-backup"], ["Check again"]],
      ["while the backup is being reset", BY_STATUS.resetting.Resetting, []],
      ["after a reset that did not finish", UNAVAILABLE["reset-unfinished"], ["Finish the reset"]],
      ["in the download", DOWNLOADING, ["Pause", "Stop"]],
      ["in the import", BY_STATUS.importing.Importing, ["Pause", "Stop"]],
      ["in a pause", PAUSED, ["Resume", "Stop"]],
      ["while the recovery key is missing", WAITING["decryption-key"], ["Enter recovery key", "Pause", "Stop"]],
      ["on a connection that is set to save data", WAITING.metered, ["Download anyway", "Stop"]],
      ["without a connection", WAITING.offline, ["Pause", "Stop"]],
      [
        "without a connection and without counts",
        BY_STATUS.waiting["Waiting for a connection, backup unknown"],
        ["(Pause)", "Stop"],
      ],
      ["while another tab is at it", WAITING["other-tab"], []],
      ["when all is done", BY_STATUS.complete.Complete, ["Check again"]],
      ["with the wrong recovery key", FAILED["decryption-key-mismatch"], ["Enter recovery key", "Try again", "Stop"]],
      ["when nothing was reached", FAILED["homeserver-unreachable"], ["Try again"]],
      ["when the storage is full", FAILED["storage-full"], ["Try again", "Stop"]],
    ];
    for (const [when, state, offered] of offers) {
      it(`state: offers ${offered.join(", ")} ${when}`, async () => {
        expect(buttons(await controlsFor(state))).to.deep.equal(offered);
      });
    }

    it("strings: speaks the language of the host", async () => {
      const strings = { ...ENGLISH, buttons: { ...ENGLISH.buttons, pause: "Anhalten", stop: "Beenden" } };
      const element = await fixture(
        html`<key-backup-controls .state=${DOWNLOADING} .strings=${strings}></key-backup-controls>`,
      );
      expect(buttons(element)).to.deep.equal(["Anhalten", "Beenden"]);
    });

    it("without-recovery-key: leaves that button to the host", async () => {
      const element = await fixture(
        html`<key-backup-controls without-recovery-key .state=${WAITING["decryption-key"]}></key-backup-controls>`,
      );
      expect(buttons(element)).to.deep.equal(["Pause", "Stop"]);
    });
  });

  describe("events", () => {
    const wishes: readonly (readonly [string, KeyBackupSyncState, string])[] = [
      ["Download keys", IDLE, "key-backup-start-request"],
      ["Check again", BY_STATUS.complete.Complete, "key-backup-start-request"],
      ["Try again", FAILED["storage-full"], "key-backup-start-request"],
      ["Pause", DOWNLOADING, "key-backup-pause-request"],
      ["Resume", PAUSED, "key-backup-resume-request"],
      ["Download anyway", WAITING.metered, "key-backup-resume-request"],
      ["Stop", DOWNLOADING, "key-backup-stop-request"],
      ["Enter recovery key", WAITING["decryption-key"], "key-backup-recovery-key-request"],
    ];
    for (const [name, state, type] of wishes) {
      it(`${type}: by a click on ${name}`, async () => {
        const element = await controlsFor(state);
        const requests = requestsOf(element);
        await press(button(element, name));
        expect(typesOf(requests)).to.deep.equal([type]);
      });

      it(`${type}: by Enter and by Space on ${name}`, async () => {
        const element = await controlsFor(state);
        const requests = requestsOf(element);
        await tabTo(element, button(element, name));
        await sendKeys({ press: "Enter" });
        await sendKeys({ press: " " });
        expect(typesOf(requests)).to.deep.equal([type, type]);
      });
    }

    it("can be refused, bubble, and stay in the shadow root that the element is in", async () => {
      const element = await controlsFor(DOWNLOADING);
      const requests = requestsOf(element);
      await press(button(element, "Pause"));
      const { bubbles, cancelable, composed } = requests[0] ?? new Event("none");
      expect({ bubbles, cancelable, composed }).to.deep.equal({ bubbles: true, cancelable: true, composed: false });
    });

    it("are not sent by a button that cannot be pressed now", async () => {
      const element = await controlsFor(BY_STATUS.checking.Checking);
      const requests = requestsOf(element);
      await press(button(element, "Pause"));
      await tabTo(element, button(element, "Pause"));
      await sendKeys({ press: "Enter" });
      expect(typesOf(requests)).to.deep.equal([]);
    });

    it("leave the buttons as they are until the state says otherwise", async () => {
      const element = await controlsFor(DOWNLOADING);
      await press(button(element, "Pause"));
      await settled(element);
      expect(buttons(element)).to.deep.equal(["Pause", "Stop"]);
    });
  });

  describe("parts", () => {
    it("tell Stop from the other buttons", async () => {
      const element = await controlsFor(DOWNLOADING);
      expect(all(part(element, "controls"), "[part~='button']").map(textOf)).to.deep.equal(["Pause", "Stop"]);
      expect(textOf(part(element, "button-danger"))).to.equal("Stop");
    });

    it("stay within a narrow page", async () => {
      for (const [name, state] of STATES) {
        const element = await fixture(
          html`<key-backup-controls style=${NARROW} .state=${state}></key-backup-controls>`,
        );
        expect(stickingOut(element), name).to.deep.equal([]);
      }
    });

    it("begin at the right where one reads from right to left", async () => {
      const element = await fixture(html`<key-backup-controls dir="rtl" .state=${DOWNLOADING}></key-backup-controls>`);
      const [pause, stop] = all(element, "button").map((it) => it.getBoundingClientRect());
      expect(pause?.right).to.be.closeTo(element.getBoundingClientRect().right, 1);
      expect(stop?.right).to.be.below(pause?.left ?? 0);
    });
  });
});
