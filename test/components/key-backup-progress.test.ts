import { expect, fixture, html } from "@open-wc/testing";
import "../../components/index.js";
import { ENGLISH, type KeyBackupProgressElement } from "../../components/index.js";
import type { KeyBackupSyncState } from "../../src/state.js";
import { BY_STATUS, FAILED, STATES, sync, TOTAL, UNAVAILABLE, WAITING } from "../../stories/states.fixtures.js";
import { emulateMedia } from "../support/commands.mjs";
import { openHarness } from "../support/harness.js";
import { until } from "../support/until.js";
import { all, NARROW, one, part, settled, stickingOut, textOf } from "./on-page.js";

const { Downloading: DOWNLOADING, "Download begins": DOWNLOAD_BEGINS } = BY_STATUS.downloading;
const { "Downloading slowly, importing beside it": IMPORTING_BESIDE } = BY_STATUS.downloading;
const { Importing: IMPORTING } = BY_STATUS.importing;
const { "Complete, some keys failed": SOME_FAILED } = BY_STATUS.complete;

const { "Complete, keys are uploaded to an empty backup": UPLOADING } = BY_STATUS.complete;
const { "Complete, the upload has no storage space": NO_SPACE } = BY_STATUS.complete;

async function progressOf(state: KeyBackupSyncState, lang = "en"): Promise<KeyBackupProgressElement> {
  return await fixture(html`<key-backup-progress lang=${lang} .state=${state}></key-backup-progress>`);
}

async function become(element: KeyBackupProgressElement, state: KeyBackupSyncState): Promise<void> {
  element.state = state;
  await settled(element);
}

const bars = (element: Element): HTMLElement[] => all(element, "[role='progressbar']");
const bar = (element: Element): HTMLElement => one(element, "[role='progressbar']");
const headline = (element: Element): string => textOf(part(element, "message"));
const counts = (element: Element): string => textOf(part(element, "counts"));
const downloaded = (count: number): KeyBackupSyncState => ({
  status: "downloading",
  pace: null,
  ...sync({ downloaded: count }),
});
const retryingIn = (milliseconds: number): KeyBackupSyncState => ({
  ...WAITING.offline,
  retryAt: Date.now() + milliseconds,
});

/** How much of the bar a part of it takes, and where it begins, in percent. */
function extentOf(layer: Element, of: Element): { readonly begin: number; readonly size: number } {
  const [inner, outer] = [layer.getBoundingClientRect(), of.getBoundingClientRect()];
  const percent = (length: number) => Math.round((100 * length) / outer.width);
  return { begin: percent(inner.left - outer.left), size: percent(inner.width) };
}

/** How often the words that a screen reader speaks were touched while `change` went on. */
async function spokenWhile(element: Element, change: () => Promise<void>): Promise<number> {
  let touched = 0;
  const watch = new MutationObserver((records) => {
    touched += records.length;
  });
  watch.observe(one(element, "[role='status']"), {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
  await change();
  touched += watch.takeRecords().length;
  watch.disconnect();
  return touched;
}

/** Timers that are begun and not ended while `work` goes on. */
async function timersLeftBy(work: () => Promise<void>): Promise<number> {
  const { setInterval: begin, clearInterval: end } = window;
  const running = new Set<unknown>();
  const noted = (...parameters: Parameters<typeof setInterval>) => {
    const timer = begin(...parameters);
    running.add(timer);
    return timer;
  };
  Object.assign(window, {
    setInterval: noted,
    clearInterval: (timer: number) => {
      running.delete(timer);
      end(timer);
    },
  });
  try {
    await work();
    return running.size;
  } finally {
    Object.assign(window, { setInterval: begin, clearInterval: end });
  }
}

describe("<key-backup-progress>", () => {
  describe("accessibility", () => {
    it("tells how much is downloaded, of how much", async () => {
      const { ariaValueMin, ariaValueMax, ariaValueNow, ariaValueText, ariaLabel } = bar(await progressOf(DOWNLOADING));
      expect({ ariaValueMin, ariaValueMax, ariaValueNow, ariaValueText, ariaLabel }).to.deep.equal({
        ariaValueMin: "0",
        ariaValueMax: "100000",
        ariaValueNow: "38214",
        ariaValueText: "38,214 of 100,000 keys downloaded",
        ariaLabel: "Keys downloaded",
      });
    });

    it("tells how much is imported once that is what goes on", async () => {
      const { ariaValueNow, ariaLabel } = bar(await progressOf(IMPORTING));
      expect([ariaValueNow, ariaLabel]).to.deep.equal(["61050", "Keys imported"]);
    });

    it("tells no figure while none is known", async () => {
      const unknown = bar(await progressOf(BY_STATUS.checking.Checking));
      expect(unknown.hasAttribute("aria-valuenow")).to.equal(false);
    });

    it("tells of zero once it is known", async () => {
      expect(bar(await progressOf(DOWNLOAD_BEGINS)).ariaValueNow).to.equal("0");
    });

    it("has no progress to tell of when nothing goes on", async () => {
      for (const state of [BY_STATUS.idle.Idle, UNAVAILABLE["no-backup"], FAILED["homeserver-unreachable"]]) {
        expect(bars(await progressOf(state))).to.have.lengthOf(0);
      }
    });

    it("speaks when the status changes", async () => {
      const element = await progressOf(DOWNLOADING);
      expect(await spokenWhile(element, () => become(element, IMPORTING))).to.be.above(0);
    });

    it("does not speak when only a count changes", async () => {
      const element = await progressOf(downloaded(0));
      const counting = async () => {
        for (let count = 1; count <= 5; count++) await become(element, downloaded(count * 1000));
      };
      expect(await spokenWhile(element, counting)).to.equal(0);
      expect(counts(element)).to.contain("5,000");
    });

    it("does not speak the seconds until the next try", async () => {
      const element = await progressOf(retryingIn(20_000));
      const before = counts(element);
      const second = () => until(() => counts(element) !== before, "The seconds go on");
      expect(await spokenWhile(element, async () => await second())).to.equal(0);
    });

    it("has no counts in what it speaks", async () => {
      for (const [name, state] of STATES) {
        expect(textOf(one(await progressOf(state), "[role='status']")), name).not.to.match(/\d/);
      }
    });

    it("keeps its drawings from screen readers", async () => {
      expect(one(await progressOf(DOWNLOADING), "svg").getAttribute("aria-hidden")).to.equal("true");
    });

    it("stands still for who asked for less motion", async () => {
      await emulateMedia({ reducedMotion: "reduce" });
      // In a page of its own: WebKit asks the style sheets of a shadow root only once what the person prefers.
      const page = await openHarness("/components/index.js");
      try {
        const element = page.window.document.createElement("key-backup-progress");
        page.window.document.body.append(element);
        await become(element, BY_STATUS.checking.Checking);
        expect(getComputedStyle(part(element, "indicator")).animationName).to.equal("breathe");
        await become(element, DOWNLOADING);
        expect(getComputedStyle(one(element, ".arrow")).animationName).to.equal("none");
        expect(getComputedStyle(part(element, "indicator")).transitionProperty).to.equal("none");
      } finally {
        page.remove();
        await emulateMedia({ reducedMotion: "no-preference" });
      }
    });

    it("moves for everyone else while nothing is known", async () => {
      const element = await progressOf(BY_STATUS.checking.Checking);
      expect(getComputedStyle(part(element, "indicator")).animationName).to.equal("sweep");
    });
  });

  describe("state", () => {
    const headlines: readonly (readonly [KeyBackupSyncState, string])[] = [
      [BY_STATUS.idle.Idle, "Ready to download your keys"],
      [BY_STATUS.checking.Checking, "Looking at your key backup"],
      [UNAVAILABLE["no-backup"], "No key backup yet"],
      [UNAVAILABLE["unsupported-algorithm"], "This key backup cannot be read here"],
      [UNAVAILABLE["reset-unfinished"], "The reset did not finish"],
      [BY_STATUS.resetting.Resetting, "Resetting your key backup…"],
      [DOWNLOADING, "Downloading your keys"],
      [IMPORTING, "Importing your keys"],
      [BY_STATUS.paused["Paused in the import"], "Paused"],
      [WAITING["decryption-key"], "Downloaded, waiting for your recovery key"],
      [WAITING.offline, "No connection to the homeserver"],
      [WAITING.metered, "Your connection is set to save data"],
      [WAITING["rate-limited"], "The homeserver asked for a short break"],
      [WAITING["other-tab"], "Another tab is taking care of this"],
      [BY_STATUS.complete.Complete, "All keys from your backup are here"],
      [SOME_FAILED, "Some keys could not be used"],
      [BY_STATUS.complete["Complete, every key failed"], "None of the keys could be used"],
      [BY_STATUS.complete["Complete, the backup is empty"], "Nothing to download"],
      [UPLOADING, "Saving your keys to your new backup"],
      [UNAVAILABLE["key-storage-off"], "Key storage is turned off"],
      [FAILED["decryption-key-mismatch"], "This key does not fit the backup"],
      [FAILED["storage-full"], "No room left on this device"],
    ];
    for (const [state, said] of headlines) {
      it(`says "${said}"`, async () => {
        expect(headline(await progressOf(state))).to.equal(said);
      });
    }

    it("says that keys without the recovery key are kept for as long as one wants", async () => {
      const detail = textOf(part(await progressOf(WAITING["decryption-key"]), "detail"));
      expect(detail).to.contain("Your keys are kept on this device for as long as you want.");
    });

    it("does not say so where they are not all there, or in memory", async () => {
      const { "Waiting for the recovery key, not all downloaded": inMemory } = BY_STATUS.waiting;
      const partly = { ...WAITING["decryption-key"], sync: sync({ downloaded: 7 }) };
      for (const state of [inMemory, partly]) {
        const element = await progressOf(state);
        expect(headline(element)).to.equal("Waiting for your recovery key");
        expect(textOf(part(element, "detail"))).not.to.contain("kept on this device");
      }
    });

    const { downloading, importing, paused } = BY_STATUS;
    for (const [safekeeping, reason] of [
      ["no-room", "There is no room left for them on this device"],
      ["denied", "The browser lets this page store nothing"],
    ] as const) {
      for (const state of [downloading.Downloading, importing.Importing, paused["Paused in the import"]]) {
        it(`says what ${safekeeping} means, and promises nothing else: ${state.status}`, async () => {
          const detail = textOf(part(await progressOf({ ...state, safekeeping }), "detail"));
          expect(detail).to.contain(reason);
          expect(detail).to.contain("If this page closes, the download begins again; keys that are imported stay.");
          expect(detail).not.to.match(/safe on this device|stays on this device|copied to this device/);
        });
      }
    }

    it("says beside that what it waits for", async () => {
      const element = await progressOf(BY_STATUS.waiting["Waiting for a connection, in memory"]);
      expect(textOf(part(element, "detail"))).to.contain("as soon as there is one. The browser lets this page store");
    });

    it("says after a fault that it begins again where the keys are in memory", async () => {
      const known = { ...sync({ downloaded: 7 }), safekeeping: "denied" } as const;
      const element = await progressOf({ ...FAILED["import-failed"], sync: known });
      expect(textOf(part(element, "detail"))).not.to.contain("What is downloaded stays here.");
      expect(textOf(part(element, "detail"))).to.contain("If this page closes, the download begins again");
    });

    it("says nothing of that when all is done", async () => {
      const element = await progressOf({ ...BY_STATUS.complete.Complete, safekeeping: "denied" });
      expect(textOf(part(element, "detail"))).to.equal("Your old messages can be read on this device.");
    });

    it("has whole sentences for every state", async () => {
      for (const [name, state] of STATES) {
        const text = textOf(part(await progressOf(state), "base"));
        expect(textOf(part(await progressOf(state), "detail")), name).to.match(/\w.*\.$/);
        expect(text, name).not.to.match(/undefined|null|NaN|Infinity|∞|\[object/);
      }
    });

    it("says what can be done about a fault", async () => {
      const element = await progressOf(FAILED["storage-full"]);
      expect(textOf(part(element, "detail"))).to.contain("Make some room, then try again.");
    });

    it("says after a fault that what is downloaded stays", async () => {
      const element = await progressOf(FAILED["import-failed"]);
      expect(textOf(part(element, "detail"))).to.contain("What is downloaded stays here.");
    });

    it("does not say so where nothing is downloaded", async () => {
      const element = await progressOf(FAILED["homeserver-unreachable"]);
      expect(textOf(part(element, "detail"))).not.to.contain("stays");
    });
  });

  describe("counts", () => {
    const sentences: readonly (readonly [string, KeyBackupSyncState, string])[] = [
      [
        "the download, its pace and its end",
        DOWNLOADING,
        "38,214 of 100,000 keys downloaded 8,400 keys a second, about 10 seconds left to download",
      ],
      [
        "the import beside the download",
        IMPORTING_BESIDE,
        "38,214 of 100,000 keys downloaded, 12,300 imported 12 keys a second, about 1 hour, 30 minutes left",
      ],
      ["the import", IMPORTING, "61,050 of 100,000 keys imported 2,100 keys a second, about 20 seconds left"],
      ["no pace before it is known", BY_STATUS.importing["Import begins"], "0 of 100,000 keys imported"],
      ["no pace in a pause", BY_STATUS.paused["Paused in the import"], "61,050 of 100,000 keys imported"],
      ["all of them in the end", BY_STATUS.complete.Complete, "100,000 keys imported"],
      ["one key as one", { status: "complete", ...sync({ total: 1, downloaded: 1, imported: 1 }) }, "1 key imported"],
      ["an empty backup", BY_STATUS.complete["Complete, the backup is empty"], ""],
      [
        "what is safe while the recovery key is missing",
        WAITING["decryption-key"],
        "100,000 of 100,000 keys downloaded",
      ],
      ["nothing before anything is known", BY_STATUS.checking.Checking, ""],
      ["nothing of a fault before anything is known", FAILED["homeserver-unreachable"], ""],
    ];
    for (const [what, state, sentence] of sentences) {
      it(`tell ${what}`, async () => {
        expect(counts(await progressOf(state))).to.equal(sentence);
      });
    }

    it("are written as the country writes them", async () => {
      expect(counts(await progressOf(BY_STATUS.complete.Complete, "en-IN"))).to.equal("1,00,000 keys imported");
    });

    it("are not half in another language", async () => {
      expect(counts(await progressOf(BY_STATUS.complete.Complete, "de"))).to.equal("100,000 keys imported");
    });

    it("follow the language of the page around the shadow root that they are in", async () => {
      const host = await fixture<HTMLElement>(html`<div lang="en-IN"></div>`);
      const element = document.createElement("key-backup-progress");
      element.state = BY_STATUS.complete.Complete;
      host.attachShadow({ mode: "open" }).append(element);
      await settled(element);
      expect(counts(element)).to.equal("1,00,000 keys imported");
    });

    it("tell when it tries again, second by second", async () => {
      const element = await progressOf(retryingIn(20_000));
      expect(counts(element)).to.contain("Trying again in 20 seconds");
      await until(() => counts(element).includes("in 19 seconds"), "A second later");
    });

    it("tell that it tries now, and of no time that has passed", async () => {
      expect(counts(await progressOf(retryingIn(-5000)))).to.contain("Trying again…");
    });

    it("leave no timer behind when the wait is over", async () => {
      const left = await timersLeftBy(async () => {
        const element = await progressOf(retryingIn(20_000));
        await become(element, DOWNLOADING);
      });
      expect(left).to.equal(0);
    });

    it("leave no timer behind when the element leaves the page", async () => {
      const left = await timersLeftBy(async () => {
        const element = await progressOf(retryingIn(20_000));
        element.remove();
      });
      expect(left).to.equal(0);
    });

    it("begin no timer when the element has left the page", async () => {
      const left = await timersLeftBy(async () => {
        const element = await progressOf(DOWNLOADING);
        element.remove();
        await become(element, retryingIn(20_000));
      });
      expect(left).to.equal(0);
    });
  });

  describe("failures", () => {
    it("are told with their reasons", async () => {
      const failures = part(await progressOf(SOME_FAILED), "failures");
      expect(textOf(failures)).to.contain("10 keys could not be used:");
      expect(all(failures, "li").map(textOf)).to.deep.equal([
        "7 do not open with this backup’s recovery key",
        "2 are damaged in the backup",
        "1 was refused by the key store of this device",
      ]);
    });

    it("are told while the import goes on", async () => {
      const element = await progressOf(BY_STATUS.importing["Importing, some keys failed"]);
      expect(textOf(part(element, "failures"))).to.contain("10 keys could not be used:");
    });

    it("count the keys that the homeserver did not send", async () => {
      const failures = part(await progressOf(BY_STATUS.complete["Complete, some keys were not sent"]), "failures");
      expect(textOf(failures)).to.contain("13 keys could not be used:");
      expect(all(failures, "li").map(textOf)).to.include("12 were not sent by the homeserver");
    });

    it("are no matter where there are none", async () => {
      for (const state of [BY_STATUS.complete.Complete, DOWNLOADING, BY_STATUS.idle.Idle]) {
        expect(all(await progressOf(state), "[part~='failures']")).to.have.lengthOf(0);
      }
    });
  });

  describe("earlier backups", () => {
    for (const state of [
      BY_STATUS.complete["Complete, an earlier backup was replaced"],
      BY_STATUS.unavailable["No backup, an earlier one was deleted"],
    ]) {
      it(`are told of: ${state.status}`, async () => {
        expect(all(part(await progressOf(state), "replaced"), "li").map(textOf)).to.deep.equal([
          "1,204 keys of an earlier backup were not downloaded",
          "318 keys of an earlier backup are kept here until its recovery key is known",
          "2 keys of an earlier backup could not be used",
        ]);
      });
    }

    it("are told of only where something is missing", async () => {
      const replaced = { notDownloaded: 0, locked: 1, failed: 0 };
      const element = await progressOf({ ...BY_STATUS.complete.Complete, replaced });
      expect(all(part(element, "replaced"), "li").map(textOf)).to.deep.equal([
        "1 key of an earlier backup is kept here until its recovery key is known",
      ]);
    });

    it("are no matter where there are none", async () => {
      expect(all(await progressOf(BY_STATUS.complete.Complete), "[part~='replaced']")).to.have.lengthOf(0);
    });
  });

  describe("the bar", () => {
    it("is as long as what is downloaded", async () => {
      const element = await progressOf(DOWNLOADING);
      expect(extentOf(part(element, "indicator-downloaded"), bar(element))).to.deep.equal({ begin: 0, size: 38 });
    });

    it("shows the import on top of the download", async () => {
      const element = await progressOf(IMPORTING_BESIDE);
      expect(extentOf(part(element, "indicator"), bar(element))).to.deep.equal({ begin: 0, size: 12 });
      expect(extentOf(part(element, "indicator-downloaded"), bar(element)).size).to.equal(38);
    });

    it("begins at the right where one reads from right to left", async () => {
      const element = await fixture(html`<key-backup-progress dir="rtl" .state=${DOWNLOADING}></key-backup-progress>`);
      expect(extentOf(part(element, "indicator-downloaded"), bar(element))).to.deep.equal({ begin: 62, size: 38 });
    });

    it("shows ten failures of a hundred thousand keys", async () => {
      const element = await progressOf(SOME_FAILED);
      const [failed, whole] = [one(element, ".failed"), bar(element)].map((it) => it.getBoundingClientRect());
      expect(failed?.width).to.be.at.least(3);
      expect(failed?.right).to.be.at.most((whole?.right ?? 0) + 0.5);
    });

    it("shows how much is saved where keys are uploaded to an empty backup", async () => {
      const element = await progressOf(BY_STATUS.complete["Complete, keys are uploaded to an empty backup"]);
      expect(bar(element).getAttribute("aria-label")).to.equal("Keys saved in your key backup");
      expect(bar(element).getAttribute("aria-valuenow")).to.equal("5800");
      expect(extentOf(part(element, "indicator"), bar(element))).to.deep.equal({ begin: 0, size: 29 });
    });

    it("is not there where there is nothing to download", async () => {
      for (const state of Object.values(BY_STATUS.unavailable)) {
        expect(all(await progressOf(state), "[part~=progress-bar]")).to.have.length(0);
      }
    });

    it("keeps its place where there is nothing to measure", async () => {
      const element = await progressOf(BY_STATUS.idle.Idle);
      const before = part(element, "progress-bar").getBoundingClientRect().height;
      await become(element, DOWNLOADING);
      expect(before).to.equal(part(element, "progress-bar").getBoundingClientRect().height);
    });
  });

  describe("properties", () => {
    it("strings: speaks the language of the host, with its plurals", async () => {
      const strings = {
        ...ENGLISH,
        language: "de",
        downloading: { headline: "Schlüssel werden geladen", detail: "Das dauert etwas." },
        counts: { ...ENGLISH.counts, downloaded: (count: number) => `${count} geladen` },
      };
      const element = await fixture(
        html`<key-backup-progress lang="de" .state=${downloaded(7)} .strings=${strings}></key-backup-progress>`,
      );
      expect(headline(element)).to.equal("Schlüssel werden geladen");
      expect(counts(element)).to.equal("7 geladen");
    });

    it("strings: writes numbers in the language of the strings where the page has none", async () => {
      const strings = { ...ENGLISH, language: "de" };
      const element = await fixture(
        html`<key-backup-progress lang="de" .state=${downloaded(TOTAL)} .strings=${strings}></key-backup-progress>`,
      );
      expect(counts(element)).to.contain("100.000");
    });
  });

  describe("on a narrow page", () => {
    it("keeps every state within its width", async () => {
      for (const [name, state] of STATES) {
        const element = await fixture(
          html`<key-backup-progress style=${NARROW} .state=${state}></key-backup-progress>`,
        );
        expect(stickingOut(element), name).to.deep.equal([]);
      }
    });
  });
});

describe("Keys that are in no backup yet", () => {
  const upload = (element: Element): string => textOf(part(element, "upload"));

  it("are counted, with how long the upload takes, whatever the run is at", async () => {
    for (const state of [UPLOADING, BY_STATUS.importing["Importing, keys of an earlier backup are uploaded"]]) {
      expect(upload(await progressOf(state))).to.equal(
        "Saving 14,200 keys to your key backup. Don’t sign out yet. About 1 minute left.",
      );
    }
  });

  it("are said to stay where the homeserver has no storage space", async () => {
    expect(upload(await progressOf(NO_SPACE))).to.contain("They stay on this device");
  });

  it("are not told of once all are uploaded", async () => {
    const element = await progressOf(UPLOADING);
    await become(element, { ...UPLOADING, uploading: null });
    expect(element.shadowRoot?.querySelector("[part='upload']")).to.equal(null);
  });
});
