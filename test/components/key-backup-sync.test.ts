import { expect, fixture, html } from "@open-wc/testing";
import type { MatrixClient } from "matrix-js-sdk";
import "../../components/index.js";
import { ENGLISH, KeyBackupPauseRequestEvent, type KeyBackupSyncElement } from "../../components/index.js";
import { controllerFor } from "../../src/index.js";
import type { KeyBackupSyncState } from "../../src/state.js";
import { ASSESSMENTS, UNKNOWN } from "../../stories/assessments.fixtures.js";
import { MockRun } from "../../stories/mock-run.js";
import { BY_STATUS, STATES, WAITING } from "../../stories/states.fixtures.js";
import { emulateMedia, sendKeys } from "../support/commands.mjs";
import { openHarness } from "../support/harness.js";
import { until } from "../support/until.js";
import {
  all,
  button,
  buttons,
  focusedName,
  NARROW,
  one,
  part,
  press,
  settled,
  stickingOut,
  tabTo,
  textOf,
} from "./on-page.js";

const { Downloading: DOWNLOADING } = BY_STATUS.downloading;
const { Importing: IMPORTING } = BY_STATUS.importing;
const { Complete: COMPLETE } = BY_STATUS.complete;
const { "Paused in the download": PAUSED } = BY_STATUS.paused;
const KEY_NEEDED = WAITING["decryption-key"];

/** It knows how many listen to it. */
class HeardRun extends MockRun {
  listeners = 0;

  override addEventListener(...parameters: Parameters<EventTarget["addEventListener"]>): void {
    this.listeners++;
    super.addEventListener(...parameters);
  }

  override removeEventListener(...parameters: Parameters<EventTarget["removeEventListener"]>): void {
    this.listeners--;
    super.removeEventListener(...parameters);
  }
}

async function showing(run: MockRun): Promise<KeyBackupSyncElement> {
  const element = await fixture<KeyBackupSyncElement>(html`
    <key-backup-sync manual lang="en" .controller=${run}></key-backup-sync>
  `);
  await settled(element);
  return element;
}

async function become(element: KeyBackupSyncElement, run: MockRun, state: KeyBackupSyncState): Promise<void> {
  run.state = state;
  await settled(element);
}

const message = (element: KeyBackupSyncElement): string => textOf(part(element, "message"));
const isShown = (element: Element): boolean => element.getClientRects().length > 0;

/** What a listener outside hears of a type from now on. */
function heard(type: string): Event[] {
  const events: Event[] = [];
  document.body.addEventListener(type, (event) => events.push(event));
  return events;
}

/** As much of a client as there is to it before anything is asked of it. */
function clientOf(userId: string, crypto: object | null = {}): MatrixClient {
  const client = {
    getUserId: () => userId,
    getDeviceId: () => "DEVICE",
    getCrypto: () => crypto,
    getHomeserverUrl: () => "http://127.0.0.1:9",
    getAccessToken: () => null,
    getRooms: () => [],
    on() {},
    off() {},
  };
  return client as unknown as MatrixClient;
}

/** The faults that are told to the page while `work` goes on: the test runner must not hear of them. */
async function faultsToldBy(work: () => Promise<void>): Promise<unknown[]> {
  const faults: unknown[] = [];
  const { reportError } = window;
  window.reportError = (fault) => faults.push(fault);
  try {
    await work();
    return faults;
  } finally {
    window.reportError = reportError;
  }
}

describe("<key-backup-sync>", () => {
  describe("accessibility", () => {
    it("is a region with a name", async () => {
      const base = one(await showing(new MockRun()), "section");
      const label = (base.getRootNode() as ShadowRoot).getElementById(base.getAttribute("aria-labelledby") ?? "");
      expect(label && textOf(label)).to.equal("Key backup");
    });

    it("pauses and resumes from the keyboard, without looking for the button again", async () => {
      const run = new MockRun(DOWNLOADING);
      const element = await showing(run);
      await tabTo(element, button(element, "Pause"));
      await sendKeys({ press: "Enter" });
      await become(element, run, PAUSED);
      await sendKeys({ press: "Enter" });
      await become(element, run, DOWNLOADING);
      expect(run.asked).to.deep.equal(["pause", "resume"]);
      expect(focusedName()).to.equal("Pause");
    });

    it("keeps the focus when the form for the recovery key goes away", async () => {
      const run = new MockRun(KEY_NEEDED);
      const element = await fixture<KeyBackupSyncElement>(html`
        <key-backup-sync manual .controller=${run}>
          <form slot="recovery"><input aria-label="Recovery key" /></form>
        </key-backup-sync>
      `);
      await settled(element);
      element.querySelector("input")?.focus();
      await become(element, run, IMPORTING);
      expect(focusedName()).to.equal("Pause");
    });

    it("leaves the focus in that form as long as it is there", async () => {
      const run = new MockRun(KEY_NEEDED);
      const element = await fixture<KeyBackupSyncElement>(html`
        <key-backup-sync manual .controller=${run}><input slot="recovery" aria-label="Recovery key" /></key-backup-sync>
      `);
      await settled(element);
      element.querySelector("input")?.focus();
      await become(element, run, { ...KEY_NEEDED });
      expect(focusedName()).to.equal("Recovery key");
    });

    it("is dark on a page that follows the person's dark scheme, and light on one that does not", async () => {
      const run = new MockRun(DOWNLOADING);
      const surfaceOn = async (scheme: string): Promise<string> => {
        const page = await fixture(html`
          <div style="color-scheme: ${scheme}"><key-backup-sync manual .controller=${run}></key-backup-sync></div>
        `);
        const element = page.querySelector("key-backup-sync") as KeyBackupSyncElement;
        await settled(element);
        return getComputedStyle(one(element, "section")).backgroundColor;
      };
      await emulateMedia({ colorScheme: "dark" });
      try {
        expect(await surfaceOn("light dark")).to.equal("rgb(27, 31, 32)");
        expect(await surfaceOn("light")).to.equal("rgb(255, 255, 255)");
      } finally {
        await emulateMedia({ colorScheme: "light" });
      }
    });

    it("keeps every state within a narrow page", async () => {
      for (const [name, state] of STATES) {
        const run = new MockRun(state);
        const element = await fixture<KeyBackupSyncElement>(html`
          <key-backup-sync manual style=${NARROW} .controller=${run}></key-backup-sync>
        `);
        await settled(element);
        expect(stickingOut(element), name).to.deep.equal([]);
      }
    });
  });

  describe("controller", () => {
    it("shows the state of the run", async () => {
      const element = await showing(new MockRun(DOWNLOADING));
      expect(message(element)).to.equal("Downloading your keys");
      expect(buttons(element)).to.deep.equal(["Pause", "Stop"]);
      expect(element.state).to.equal(DOWNLOADING);
    });

    it("follows the run", async () => {
      const run = new MockRun(DOWNLOADING);
      const element = await showing(run);
      await become(element, run, COMPLETE);
      expect(message(element)).to.equal("All keys from your backup are here");
      expect(buttons(element)).to.deep.equal(["Check again"]);
    });

    it("shows nothing that could be pressed as long as there is no run", async () => {
      const element = await fixture<KeyBackupSyncElement>(html`<key-backup-sync></key-backup-sync>`);
      expect(buttons(element)).to.deep.equal([]);
    });

    it("has no status as long as there is no run, for a server cannot know it", async () => {
      const element = await fixture<KeyBackupSyncElement>(html`<key-backup-sync></key-backup-sync>`);
      expect(element.getAttributeNames()).to.deep.equal([]);
    });

    it("shows and asks another run once it is given one", async () => {
      const [first, second] = [new MockRun(DOWNLOADING), new MockRun(PAUSED)];
      const element = await showing(first);
      element.controller = second;
      await settled(element);
      await press(button(element, "Resume"));
      expect(second.asked).to.deep.equal(["resume"]);
      expect(first.asked).to.deep.equal([]);
    });

    it("no longer hears the run that it had before", async () => {
      const [first, second] = [new HeardRun(DOWNLOADING), new HeardRun(PAUSED)];
      const element = await showing(first);
      element.controller = second;
      await settled(element);
      await become(element, first, COMPLETE);
      expect(message(element)).to.equal("Paused");
      expect([first.listeners, second.listeners]).to.deep.equal([0, 1]);
    });

    it("shows nothing of a run that is taken away", async () => {
      const run = new HeardRun(DOWNLOADING);
      const element = await showing(run);
      element.controller = null;
      await settled(element);
      expect(all(element, "section")).to.have.lengthOf(0);
      expect([element.getAttribute("status"), run.listeners]).to.deep.equal(["idle", 0]);
    });

    it("is let go of when the element leaves the page", async () => {
      const run = new HeardRun(DOWNLOADING);
      const element = await showing(run);
      element.remove();
      expect(run.listeners).to.equal(0);
    });

    it("is not stopped by that", async () => {
      const run = new MockRun(DOWNLOADING);
      (await showing(run)).remove();
      expect(run.asked).to.deep.equal([]);
    });

    it("is not taken up by an element that is off the page", async () => {
      const element = await showing(new MockRun(DOWNLOADING));
      const other = new HeardRun(PAUSED);
      element.remove();
      element.controller = other;
      await settled(element);
      expect(other.listeners).to.equal(0);
    });

    it("is shown as it is by then when the element comes back", async () => {
      const run = new HeardRun(DOWNLOADING);
      const element = await showing(run);
      const page = element.parentElement as HTMLElement;
      element.remove();
      run.state = COMPLETE;
      page.append(element);
      await settled(element);
      expect(message(element)).to.equal("All keys from your backup are here");
      expect(run.listeners).to.equal(1);
    });

    it("may be shown by two elements", async () => {
      const run = new MockRun(DOWNLOADING);
      const elements = [await showing(run), await showing(run)];
      run.state = PAUSED;
      for (const element of elements) {
        await settled(element);
        expect(message(element)).to.equal("Paused");
      }
    });
  });

  describe("client", () => {
    it("has its own run shown and asked", async () => {
      const client = clientOf("@anna:127.0.0.1");
      const asked: string[] = [];
      controllerFor(client).start = async () => void asked.push("start");
      const element = await fixture<KeyBackupSyncElement>(html`
        <key-backup-sync manual .client=${client}></key-backup-sync>
      `);
      await press(button(element, "Download keys"));
      expect(asked).to.deep.equal(["start"]);
    });

    it("has one run for all elements that show it, and another one when that is closed", async () => {
      const client = clientOf("@anna:127.0.0.1");
      const run = controllerFor(client);
      expect(controllerFor(client)).to.equal(run);
      run.close();
      expect(controllerFor(client)).to.not.equal(run);
      controllerFor(client).close();
    });

    it("gives way to a controller", async () => {
      const element = await fixture<KeyBackupSyncElement>(html`
        <key-backup-sync
          manual
          .client=${clientOf("@anna:127.0.0.1")}
          .controller=${new MockRun(DOWNLOADING)}
        ></key-backup-sync>
      `);
      await settled(element);
      expect(message(element)).to.equal("Downloading your keys");
    });

    it("that is not ready is not shown, nor anything of the account before it, and is no error", async () => {
      const element = await showing(new MockRun(DOWNLOADING));
      const faults = await faultsToldBy(async () => {
        element.controller = null;
        element.client = clientOf("@bert:127.0.0.1", null);
        await settled(element);
      });
      expect(faults).to.deep.equal([]);
      expect(all(element, "section")).to.have.lengthOf(0);
    });

    it("starts by itself as soon as initRustCrypto() has finished", async () => {
      const client = clientOf("@bert:127.0.0.1", null);
      const element = await fixture<KeyBackupSyncElement>(html`<key-backup-sync .client=${client}></key-backup-sync>`);
      await settled(element);
      client.getCrypto = () => ({}) as ReturnType<MatrixClient["getCrypto"]>;
      await until(() => element.state.status !== "idle", "not started");
      controllerFor(client).close();
    });

    it("starts by itself as soon as it is logged in", async () => {
      const client = clientOf("@bert:127.0.0.1");
      client.getUserId = () => null;
      const element = await fixture<KeyBackupSyncElement>(html`<key-backup-sync .client=${client}></key-backup-sync>`);
      await settled(element);
      expect(all(element, "section")).to.have.lengthOf(0);
      client.getUserId = () => "@bert:127.0.0.1";
      await until(() => element.state.status !== "idle", "not started");
      controllerFor(client).close();
    });

    it("is not waited for by an element that is off the page, or has another one", async () => {
      let asked = 0;
      const [early, other] = [clientOf("@bert:127.0.0.1", null), clientOf("@anna:127.0.0.1", null)];
      early.getCrypto = () => void asked++ as undefined;
      const element = await fixture<KeyBackupSyncElement>(html`<key-backup-sync .client=${early}></key-backup-sync>`);
      await until(() => asked > 2, "not asked");
      element.client = other;
      await settled(element);
      const before = asked;
      other.getCrypto = () => void asked++ as undefined;
      await until(() => asked > before, "the other one was not asked");
      element.remove();
      const after = asked;
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(asked).to.equal(after);
    });

    it("that is stopped is shown no more, and the next one starts by itself", async () => {
      const crypto = { stopped: false };
      const [first, second] = [clientOf("@anna:127.0.0.1", crypto), clientOf("@anna:127.0.0.1")];
      for (const client of [first, second]) client.getAccessToken = () => "token";
      const element = await fixture<KeyBackupSyncElement>(html`<key-backup-sync .client=${first}></key-backup-sync>`);
      // Nobody answers there: the run has ended or waits by now.
      await until(() => element.state.status === "waiting" || element.state.status === "failed", "not started");
      crypto.stopped = true;
      await until(() => all(element, "section").length === 0, "still shown");
      expect(element.state.status).to.equal("idle");
      element.client = second;
      await until(() => element.state.status !== "idle", "not started");
      for (const client of [first, second]) controllerFor(client).close();
    });
  });

  describe("manual", () => {
    it("starts by itself without it", async () => {
      const run = new MockRun();
      await fixture(html`<key-backup-sync .controller=${run}></key-backup-sync>`);
      expect(run.asked).to.deep.equal(["autoStart"]);
    });

    it("starts by itself only once, however often it is moved or the state changes", async () => {
      const run = new MockRun();
      const element = await fixture<KeyBackupSyncElement>(html`
        <key-backup-sync .controller=${run}></key-backup-sync>
      `);
      element.parentElement?.append(element);
      await become(element, run, DOWNLOADING);
      await become(element, run, BY_STATUS.idle.Idle);
      expect(run.asked).to.deep.equal(["autoStart"]);
    });

    it("waits with it for a press on start", async () => {
      const run = new MockRun();
      const element = await showing(run);
      expect(run.asked).to.deep.equal([]);
      await press(button(element, "Download keys"));
      expect(run.asked).to.deep.equal(["start"]);
    });

    it("starts when it is taken away", async () => {
      const run = new MockRun();
      const element = await showing(run);
      element.manual = false;
      await settled(element);
      expect(run.asked).to.deep.equal(["autoStart"]);
      expect(element.hasAttribute("manual")).to.equal(false);
    });
  });

  describe("status", () => {
    it("is an attribute that CSS can follow", async () => {
      const run = new MockRun(DOWNLOADING);
      const element = await showing(run);
      expect(element.matches("[status='downloading']")).to.equal(true);
      await become(element, run, PAUSED);
      expect(element.matches("[status='paused']")).to.equal(true);
    });
  });

  describe("strings", () => {
    it("reach all that is shown", async () => {
      const strings = {
        ...ENGLISH,
        label: "Schlüsselsicherung",
        downloading: { headline: "Wird geladen", detail: "Das dauert etwas." },
        buttons: { ...ENGLISH.buttons, pause: "Anhalten" },
      };
      const element = await showing(new MockRun(DOWNLOADING));
      element.strings = strings;
      await settled(element);
      expect(textOf(part(element, "label"))).to.equal("Schlüsselsicherung");
      expect(message(element)).to.equal("Wird geladen");
      expect(buttons(element)).to.deep.equal(["Anhalten", "Stop"]);
    });
  });

  describe("events", () => {
    const wishes: readonly (readonly [string, KeyBackupSyncState, string, readonly string[]])[] = [
      ["Download keys", BY_STATUS.idle.Idle, "key-backup-start-request", ["start"]],
      ["Try again", BY_STATUS.failed["Storage full"], "key-backup-start-request", ["start"]],
      ["Pause", DOWNLOADING, "key-backup-pause-request", ["pause"]],
      ["Resume", PAUSED, "key-backup-resume-request", ["resume"]],
      ["Stop", DOWNLOADING, "key-backup-stop-request", ["stop"]],
      ["Enter recovery key", KEY_NEEDED, "key-backup-recovery-key-request", []],
    ];
    for (const [name, state, type, asked] of wishes) {
      it(`${type}: ${name} tells the host once and asks the run for ${asked.join() || "nothing"}`, async () => {
        const run = new MockRun(state);
        const element = await showing(run);
        const events = heard(type);
        await press(button(element, name));
        expect(events.map(({ target }) => target === element)).to.deep.equal([true]);
        expect(run.asked).to.deep.equal(asked);
      });

      it(`${type}: nothing is asked when the host refuses ${name}`, async () => {
        const run = new MockRun(state);
        const element = await showing(run);
        element.addEventListener(type, (event) => event.preventDefault());
        await press(button(element, name));
        expect(run.asked).to.deep.equal([]);
      });
    }

    it("reach a host around the shadow root that the element is in", async () => {
      const host = await fixture<HTMLElement>(html`<div></div>`);
      const element = document.createElement("key-backup-sync");
      Object.assign(element, { manual: true, controller: new MockRun(DOWNLOADING) });
      host.attachShadow({ mode: "open" }).append(element);
      await settled(element);
      const events = heard("key-backup-pause-request");
      await press(button(element, "Pause"));
      expect(events).to.have.lengthOf(1);
    });

    it("from a button of the host's own in a slot are granted, and told once", async () => {
      const run = new MockRun(DOWNLOADING);
      const element = await fixture<KeyBackupSyncElement>(html`
        <key-backup-sync manual .controller=${run}>
          <button
            slot="help"
            @click=${({ target }: Event) => target?.dispatchEvent(new KeyBackupPauseRequestEvent())}
          >
            Not now
          </button>
        </key-backup-sync>
      `);
      await settled(element);
      const events = heard("key-backup-pause-request");
      await press(element.querySelector("button") as HTMLElement);
      expect(run.asked).to.deep.equal(["pause"]);
      expect(events).to.have.lengthOf(1);
    });

    it("key-backup-state-change: tells of another state, and cannot be refused", async () => {
      const run = new MockRun(DOWNLOADING);
      const element = await showing(run);
      const events: HTMLElementEventMap["key-backup-state-change"][] = [];
      element.addEventListener("key-backup-state-change", (event) => events.push(event));
      await become(element, run, PAUSED);
      expect(events.map(({ state, cancelable }) => [state, cancelable])).to.deep.equal([[PAUSED, false]]);
    });

    it("key-backup-state-change: comes when the status attribute says the same", async () => {
      const run = new MockRun(DOWNLOADING);
      const element = await showing(run);
      const seen: (string | null)[] = [];
      element.addEventListener("key-backup-state-change", () => seen.push(element.getAttribute("status")));
      await become(element, run, PAUSED);
      expect(seen).to.deep.equal(["paused"]);
    });

    it("key-backup-state-change: tells of the state of a run that was complete before it was given", async () => {
      const events = heard("key-backup-state-change");
      await showing(new MockRun(COMPLETE));
      expect(events).to.have.lengthOf(1);
    });

    it("key-backup-state-change: is silent when only a property changes", async () => {
      const element = await showing(new MockRun(DOWNLOADING));
      const events = heard("key-backup-state-change");
      element.strings = { ...ENGLISH };
      await settled(element);
      expect(events).to.have.lengthOf(0);
    });
  });

  describe("slots", () => {
    async function withSlots(state: KeyBackupSyncState): Promise<KeyBackupSyncElement> {
      const element = await fixture<KeyBackupSyncElement>(html`
        <key-backup-sync manual .controller=${new MockRun(state)}>
          <h2 slot="label">Old messages</h2>
          <p slot="recovery">Enter the key here</p>
          <p slot="complete">Well done</p>
          <p slot="help">More about this</p>
        </key-backup-sync>
      `);
      await settled(element);
      return element;
    }

    const shownIn = (element: Element): string[] => [...element.children].filter(isShown).map((child) => child.slot);

    it("label and help are always shown", async () => {
      expect(shownIn(await withSlots(DOWNLOADING))).to.deep.equal(["label", "help"]);
    });

    it("recovery is shown when the key is needed, in place of the button", async () => {
      const element = await withSlots(KEY_NEEDED);
      expect(shownIn(element)).to.deep.equal(["label", "recovery", "help"]);
      expect(buttons(element)).to.deep.equal(["Pause", "Stop"]);
    });

    it("recovery takes the place of the button when the host adds it later", async () => {
      const element = await showing(new MockRun(KEY_NEEDED));
      const form = document.createElement("form");
      form.slot = "recovery";
      element.append(form);
      await new Promise((resolve) => setTimeout(resolve));
      await settled(element);
      expect(buttons(element)).to.deep.equal(["Pause", "Stop"]);
    });

    it("complete is shown in the end", async () => {
      expect(shownIn(await withSlots(COMPLETE))).to.deep.equal(["label", "complete", "help"]);
    });

    it("label names the region", async () => {
      const element = await withSlots(DOWNLOADING);
      const label = element.querySelector("h2")?.assignedSlot?.closest("[part='label']");
      expect(label?.id).to.equal(one(element, "section").getAttribute("aria-labelledby"));
    });
  });

  describe("confirmReset() and confirmLogout()", () => {
    const { "Of every kind": EVERY_KIND } = ASSESSMENTS["at-risk"];
    const dialogs = (element: KeyBackupSyncElement): HTMLDialogElement[] =>
      all(element, "dialog[open]") as HTMLDialogElement[];

    async function dialogOf(element: KeyBackupSyncElement): Promise<HTMLElement> {
      await until(() => dialogs(element).length === 1, "The dialog is shown");
      return dialogs(element)[0] as HTMLElement;
    }

    it("are true where nothing would be lost", async () => {
      const element = await showing(new MockRun(COMPLETE));
      expect(await element.confirmReset()).to.equal(true);
      expect(await element.confirmLogout()).to.equal(true);
    });

    it("ask the person, each in its own words", async () => {
      const element = await showing(new MockRun(PAUSED, EVERY_KIND));
      const reset = element.confirmReset();
      expect(textOf(await dialogOf(element))).to.contain("Before you reset");
      await sendKeys({ press: "Escape" });
      expect(await reset).to.equal(false);
      const logout = element.confirmLogout();
      expect(textOf(await dialogOf(element))).to.contain("Before you log out");
      await sendKeys({ press: "Escape" });
      expect(await logout).to.equal(false);
      const disable = element.confirmReset("disable");
      expect(textOf(await dialogOf(element))).to.contain("This counts for all your devices");
      await sendKeys({ press: "Escape" });
      expect(await disable).to.equal(false);
      const deletion = element.confirmReset("delete");
      expect(textOf(await dialogOf(element))).to.contain("Before you delete keys from your backup");
      await sendKeys({ press: "Escape" });
      expect(await deletion).to.equal(false);
    });

    it("share one dialog when they are called twice", async () => {
      const element = await showing(new MockRun(PAUSED, EVERY_KIND));
      const answers = [element.confirmReset(), element.confirmReset()];
      await dialogOf(element);
      await sendKeys({ press: "Escape" });
      expect(await Promise.all(answers)).to.deep.equal([false, false]);
    });

    it("have the run finished first, and ask once more when it is", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const element = await showing(run);
      const answer = element.confirmReset();
      await dialogOf(element);
      await settled(element);
      await press(button(element, "Finish first, then reset"));
      expect(run.asked).to.deep.equal(["resume"]);
      await become(element, run, IMPORTING);
      expect(dialogs(element)).to.have.lengthOf(0);
      run.assessment = { kind: "none", earlier: 0 };
      await become(element, run, COMPLETE);
      await dialogOf(element);
      await settled(element);
      await press(button(element, "Reset"));
      expect(await answer).to.equal(true);
    });

    it("ask before a reset is finished that would cost keys, and once: a guard's question is answered by that", async () => {
      const run = new MockRun(
        BY_STATUS.unavailable["The reset did not finish"],
        ASSESSMENTS["at-risk"]["Only unreadable"],
      );
      const element = await showing(run);
      const answers: boolean[] = [];
      run.finishReset = async (confirm = async () => false) => {
        answers.push((await confirm()) && (await element.confirmReset()));
      };
      for (const answer of ["Cancel", "Reset and lose keys"]) {
        await press(button(element, "Finish the reset"));
        const dialog = await dialogOf(element);
        await settled(element);
        if (answer !== "Cancel") {
          await press(button(dialog, "Reset anyway…"));
          await settled(element);
          await press(all(dialog, "[type='checkbox']")[0] as HTMLElement);
          await settled(element);
        }
        await press(button(dialog, answer));
        await settled(element);
      }
      await until(() => answers.length === 2, "It is answered");
      expect(answers).to.deep.equal([false, true]);
      void element.confirmReset();
      await dialogOf(element);
      await sendKeys({ press: "Escape" });
    });

    it("leave a wish that the host refuses undone", async () => {
      const run = new MockRun(PAUSED, EVERY_KIND);
      const element = await showing(run);
      element.addEventListener("key-backup-resume-request", (event) => event.preventDefault());
      void element.confirmReset();
      const dialog = await dialogOf(element);
      await settled(element);
      await press(button(element, "Finish first, then reset"));
      await settled(element);
      expect(run.asked).to.deep.equal([]);
      expect(textOf(dialog)).to.contain("Reset anyway");
      await sendKeys({ press: "Escape" });
    });

    it("tell the host of the wish to enter the recovery key, once", async () => {
      const element = await showing(new MockRun(KEY_NEEDED, UNKNOWN["no-decryption-key"]));
      const events = heard("key-backup-recovery-key-request");
      const answer = element.confirmReset();
      const dialog = await dialogOf(element);
      await settled(element);
      await press(all(dialog, "button")[0] as HTMLElement);
      expect(await answer).to.equal(false);
      expect(events.map(({ target }) => target === element)).to.deep.equal([true]);
    });

    it("are false when the element leaves the page", async () => {
      const element = await showing(new MockRun(PAUSED, EVERY_KIND));
      const answer = element.confirmReset();
      await dialogOf(element);
      element.remove();
      expect(await answer).to.equal(false);
    });

    it("are false when the account is another one by then", async () => {
      const element = await showing(new MockRun(PAUSED, EVERY_KIND));
      const answer = element.confirmReset();
      await dialogOf(element);
      element.controller = new MockRun(COMPLETE);
      expect(await answer).to.equal(false);
    });

    it("are false where there is no run to ask, or no page to show it on", async () => {
      const element = await fixture<KeyBackupSyncElement>(html`<key-backup-sync></key-backup-sync>`);
      expect(await element.confirmReset()).to.equal(false);
      const loose = document.createElement("key-backup-sync");
      loose.controller = new MockRun(PAUSED, EVERY_KIND);
      expect(await loose.confirmReset()).to.equal(false);
    });

    it("ask as soon as the element has a run, even before it shows it", async () => {
      const element = await fixture<KeyBackupSyncElement>(html`<key-backup-sync manual></key-backup-sync>`);
      element.controller = new MockRun(PAUSED, EVERY_KIND);
      const answer = element.confirmReset();
      await dialogOf(element);
      await sendKeys({ press: "Escape" });
      expect(await answer).to.equal(false);
    });

    it("ask where the card is hidden, too", async () => {
      const element = await showing(new MockRun(PAUSED, EVERY_KIND));
      element.hidden = true;
      const answer = element.confirmReset();
      expect(isShown(await dialogOf(element))).to.equal(true);
      expect(isShown(one(element, "section"))).to.equal(false);
      await sendKeys({ press: "Escape" });
      expect(await answer).to.equal(false);
    });
  });

  describe("looks", () => {
    it("every documented part can be reached from outside", async () => {
      const style = await fixture<HTMLStyleElement>(html`<style></style>`);
      const missing = new Set<string>(await documented("cssParts"));
      expect(missing.size).to.be.above(10);
      style.textContent = [...missing].map((name) => `key-backup-sync::part(${name}) { order: 7; }`).join("\n");
      for (const [, state] of STATES) {
        const element = await showing(new MockRun(state, ASSESSMENTS["at-risk"]["Of every kind"]));
        void element.confirmReset();
        await until(() => all(element, "dialog[open]").length === 1, "The dialog is shown");
        await settled(element);
        if (state.status === "idle") button(element, "Save a rescue copy").click();
        await settled(element);
        for (const name of missing) {
          const found = all(element, `[part~="${name}"]`);
          if (found.some((it) => getComputedStyle(it).order === "7")) missing.delete(name);
        }
      }
      expect([...missing]).to.deep.equal([]);
    });

    it("every documented custom property changes something", async () => {
      const element = await showing(new MockRun(BY_STATUS.failed["Storage full"]));
      const looks = () =>
        all(element, "*")
          .map((it) => JSON.stringify(looksOf(it)))
          .join();
      const names = await documented("cssProperties");
      expect(names.length).to.be.above(10);
      // That colour is only on a button under the mouse.
      for (const name of names.filter((it) => !it.endsWith("-on-danger"))) {
        const before = looks();
        element.style.setProperty(
          name,
          /radius|spacing/.test(name) ? "3rem" : /font/.test(name) ? "serif" : "rgb(1, 2, 3)",
        );
        expect(looks(), name).not.to.equal(before);
        element.style.removeProperty(name);
      }
    });

    it("is hidden by the hidden attribute", async () => {
      const element = await showing(new MockRun(DOWNLOADING));
      element.hidden = true;
      expect(isShown(element)).to.equal(false);
    });
  });

  describe("definition", () => {
    it("takes up the properties that were set before it", async () => {
      const page = await openHarness<typeof import("./late-definition.js")>("/test/components/late-definition.js");
      const element = await page.exports.defineLate();
      await settled(element);
      expect(buttons(element)).to.deep.equal(["Pause", "Stop"]);
      expect(element.hasAttribute("manual")).to.equal(true);
      page.remove();
    });

    for (const name of ["sync", "progress", "controls", "reset-warning", "rescue-copy"]) {
      it(`of <key-backup-${name}> by a second copy of the module does no harm`, async () => {
        const before = customElements.get(`key-backup-${name}`);
        const copy = `/components/key-backup-${name}/key-backup-${name}.js?copy`;
        await import(copy);
        expect(customElements.get(`key-backup-${name}`) === before).to.equal(true);
      });
    }
  });
});

interface Documentation {
  readonly modules: readonly {
    readonly declarations: readonly {
      readonly tagName?: string;
      readonly cssParts?: readonly { readonly name: string }[];
      readonly cssProperties?: readonly { readonly name: string }[];
    }[];
  }[];
}

/** Names from custom-elements.json. */
async function documented(what: "cssParts" | "cssProperties"): Promise<string[]> {
  const { modules }: Documentation = await (await fetch("/custom-elements.json")).json();
  const declarations = modules.flatMap((module) => module.declarations);
  return declarations.find(({ tagName }) => tagName === "key-backup-sync")?.[what]?.map(({ name }) => name) ?? [];
}

function looksOf(element: Element): string[] {
  const { color, backgroundColor, borderTopColor, borderRadius, gap, padding, fontFamily, stroke } =
    getComputedStyle(element);
  return [color, backgroundColor, borderTopColor, borderRadius, gap, padding, fontFamily, stroke];
}
