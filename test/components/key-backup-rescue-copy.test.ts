import { expect, fixture, html } from "@open-wc/testing";
import "../../components/index.js";
import { ENGLISH, type KeyBackupRescueCopyElement } from "../../components/index.js";
import { KeyBackupSyncError } from "../../src/errors.js";
import type { RescueCopy } from "../../src/reset.js";
import { MockRun, rescueCopyOf } from "../../stories/mock-run.js";
import { sendKeys } from "../support/commands.mjs";
import { deferred } from "../support/deferred.js";
import { until } from "../support/until.js";
import { all, button, focusedName, NARROW, one, part, press, settled, textOf } from "./on-page.js";

const PASSPHRASE = "seven lamps burn";

/** A place that the person chose, and what is written to it. */
class Place {
  readonly name = "keys-of-anna.txt";
  written = "";
  closed = false;
  aborted = false;

  async createWritable(): Promise<WritableStream<Uint8Array>> {
    return new WritableStream<Uint8Array>({
      write: (chunk) => {
        this.written += new TextDecoder().decode(chunk);
      },
      close: () => {
        this.closed = true;
      },
      abort: () => {
        this.aborted = true;
      },
    });
  }
}

type Picker = (options: { suggestedName: string }) => Promise<unknown>;

/** Only Chromium has one, and none that a test can press. */
function givePicker(picker: Picker | undefined): void {
  Object.defineProperty(window, "showSaveFilePicker", { value: picker, configurable: true, writable: true });
}

/** What the browser is told to download while `work` goes on. */
async function downloadsBy(work: () => Promise<void>): Promise<{ name: string; text: string }[]> {
  const downloads: { name: string; text: Promise<string> }[] = [];
  const { click } = HTMLAnchorElement.prototype;
  HTMLAnchorElement.prototype.click = function () {
    downloads.push({ name: this.download, text: fetch(this.href).then((response) => response.text()) });
  };
  try {
    await work();
    return await Promise.all(downloads.map(async ({ name, text }) => ({ name, text: await text })));
  } finally {
    HTMLAnchorElement.prototype.click = click;
  }
}

/** A copy that breaks off after its first part. */
function brokenCopy(fault: unknown): RescueCopy {
  let parts = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (parts++ === 0) controller.enqueue(new TextEncoder().encode("half of it"));
      else controller.error(fault);
    },
  });
  return { fileName: "room-keys.txt", leftOut: 0, hasGaps: new Promise(() => {}), stream };
}

/** A copy of which another part comes with every task. */
function endlessCopy(): RescueCopy {
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve));
      controller.enqueue(new Uint8Array(100));
    },
  });
  return { fileName: "room-keys.txt", leftOut: 0, hasGaps: new Promise(() => {}), stream };
}

const fields = (element: Element): HTMLInputElement[] => all(element, "[type='password']") as HTMLInputElement[];
const outcome = (element: Element): string => textOf(one(element, "[role='status']"));
const complaint = (element: Element): string => textOf(part(element, "complaint"));

async function showing(run: MockRun): Promise<KeyBackupRescueCopyElement> {
  return await fixture(html`<key-backup-rescue-copy lang="en" .safety=${run}></key-backup-rescue-copy>`);
}

async function type(element: KeyBackupRescueCopyElement, ...texts: readonly string[]): Promise<void> {
  for (const [index, text] of texts.entries()) {
    fields(element)[index]?.focus();
    await sendKeys({ type: text });
  }
}

async function save(element: KeyBackupRescueCopyElement): Promise<void> {
  await press(button(element, "Save the file"));
  await settled(element);
}

async function withoutPassphrase(element: KeyBackupRescueCopyElement): Promise<void> {
  await press(all(element, "[type='radio']")[1] as HTMLElement);
  await settled(element);
}

describe("<key-backup-rescue-copy>", () => {
  const picker = (window as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  let run: MockRun;
  let place: Place;
  let passphrases: (string | null)[];

  beforeEach(() => {
    run = new MockRun();
    place = new Place();
    passphrases = [];
    givePicker(async () => place);
    run.rescueCopy = async (passphrase) => {
      passphrases.push(passphrase);
      return rescueCopyOf("first part, ", "second part");
    };
  });

  afterEach(() => givePicker(picker));

  describe("passphrase", () => {
    it("encrypts the file when it is given twice", async () => {
      const element = await showing(run);
      await type(element, PASSPHRASE, PASSPHRASE);
      await save(element);
      await until(() => place.closed, "The file is written");
      expect(passphrases).to.deep.equal([PASSPHRASE]);
    });

    it("saves by Enter in the last field", async () => {
      const element = await showing(run);
      await type(element, PASSPHRASE, PASSPHRASE);
      await sendKeys({ press: "Enter" });
      await until(() => place.closed, "The file is written");
    });

    it("must not be short", async () => {
      const element = await showing(run);
      await type(element, "eleven char", "eleven char");
      await save(element);
      expect(complaint(element)).to.equal("The passphrase is too short: it takes at least 12 characters.");
      expect(passphrases).to.deep.equal([]);
    });

    it("must be the same twice", async () => {
      const element = await showing(run);
      await type(element, PASSPHRASE, "seven lamps burnt");
      await save(element);
      expect(complaint(element)).to.equal("The two passphrases differ.");
      expect(passphrases).to.deep.equal([]);
    });

    it("has the focus again where it is wrong, and tells so to who cannot see it", async () => {
      const element = await showing(run);
      await type(element, PASSPHRASE, "another one");
      await save(element);
      const [first, second] = fields(element);
      expect(element.shadowRoot?.activeElement === second).to.equal(true);
      expect([first?.ariaInvalid, second?.ariaInvalid]).to.deep.equal(["false", "true"]);
      expect(second?.getAttribute("aria-describedby")).to.equal(part(element, "complaint").id);
    });

    it("is not kept when the file is saved", async () => {
      const element = await showing(run);
      await type(element, PASSPHRASE, PASSPHRASE);
      await save(element);
      await until(() => outcome(element) === "Saved: keys-of-anna.txt", "It is told");
      expect(fields(element).map(({ value }) => value)).to.deep.equal(["", ""]);
    });

    it("is not needed for an archive", async () => {
      const element = await showing(run);
      await withoutPassphrase(element);
      expect(fields(element)).to.have.lengthOf(0);
      await save(element);
      await until(() => place.closed, "The file is written");
      expect(passphrases).to.deep.equal([null]);
    });

    it("archive-only: is not asked for", async () => {
      const element = await fixture<KeyBackupRescueCopyElement>(html`
        <key-backup-rescue-copy archive-only .safety=${run}></key-backup-rescue-copy>
      `);
      expect(all(element, "input")).to.have.lengthOf(0);
      await save(element);
      await until(() => place.closed, "The file is written");
      expect(passphrases).to.deep.equal([null]);
    });
  });

  describe("file", () => {
    it("goes part by part to the place that the person chose", async () => {
      let suggested = "";
      givePicker(async ({ suggestedName }) => {
        suggested = suggestedName;
        return place;
      });
      const element = await showing(run);
      await withoutPassphrase(element);
      await save(element);
      await until(() => place.closed, "The file is written");
      expect([suggested, place.written]).to.deep.equal(["room-keys.txt", "first part, second part"]);
      await until(() => outcome(element) === "Saved: keys-of-anna.txt", "It is told");
    });

    it("is a download where the browser has no picker", async () => {
      givePicker(undefined);
      const element = await showing(run);
      const downloads = await downloadsBy(async () => {
        await withoutPassphrase(element);
        await save(element);
        await until(() => outcome(element) === "Saved: room-keys.txt", "It is told");
      });
      expect(downloads).to.deep.equal([{ name: "room-keys.txt", text: "first part, second part" }]);
    });

    it("is a download where the browser does not show it any more", async () => {
      givePicker(async () => {
        throw new DOMException("Must be handling a user gesture", "SecurityError");
      });
      const element = await showing(run);
      const downloads = await downloadsBy(async () => {
        await withoutPassphrase(element);
        await save(element);
        await until(() => outcome(element) === "Saved: room-keys.txt", "It is told");
      });
      expect(downloads).to.have.lengthOf(1);
    });

    it("is none when the person chooses no place, and can be saved later", async () => {
      let isCancelled = false;
      givePicker(async () => {
        throw new DOMException("The user aborted a request", "AbortError");
      });
      run.rescueCopy = async () => ({
        fileName: "room-keys.txt",
        leftOut: 0,
        hasGaps: new Promise(() => {}),
        stream: new ReadableStream({
          cancel() {
            isCancelled = true;
          },
        }),
      });
      const element = await showing(run);
      await withoutPassphrase(element);
      await save(element);
      await until(() => isCancelled, "Its stream is let go of");
      await settled(element);
      expect([outcome(element), complaint(element)]).to.deep.equal(["", ""]);
      expect(button(element, "Save the file").hasAttribute("aria-disabled")).to.equal(false);
    });

    it("is said not to have every key, where it has not", async () => {
      run.rescueCopy = async () => ({ ...rescueCopyOf("some"), leftOut: 1_204 });
      const element = await showing(run);
      await withoutPassphrase(element);
      await save(element);
      await until(() => outcome(element).startsWith("Saved: "), "It is told");
      expect(outcome(element)).to.contain("1,204 keys on this device are not in this file");
    });

    it("is said to lack what the browser has lost", async () => {
      run.rescueCopy = async () => ({ ...rescueCopyOf("some"), hasGaps: Promise.resolve(true) });
      const element = await showing(run);
      await withoutPassphrase(element);
      await save(element);
      await until(() => outcome(element).startsWith("Saved: "), "It is told");
      expect(outcome(element)).to.contain("a part of what this browser had stored is gone");
    });

    it("is told to be on its way, and is not begun twice", async () => {
      const copy = deferred<RescueCopy>();
      run.rescueCopy = (passphrase) => {
        passphrases.push(passphrase);
        return copy.promise;
      };
      const element = await showing(run);
      await withoutPassphrase(element);
      await save(element);
      await save(element);
      expect(outcome(element)).to.equal("Saving the file. Please keep this open…");
      expect(passphrases).to.deep.equal([null]);
      copy.resolve(rescueCopyOf("all"));
      await until(() => place.closed, "The file is written");
    });

    it("is given up when the element leaves the page", async () => {
      run.rescueCopy = async () => endlessCopy();
      const element = await showing(run);
      await withoutPassphrase(element);
      await save(element);
      element.remove();
      await until(() => place.aborted, "The file is given up");
      expect(place.closed).to.equal(false);
    });

    for (const kind of ["place", "download"]) {
      it(`is none when it breaks off, and the next move is told: ${kind}`, async () => {
        if (kind === "download") givePicker(undefined);
        run.rescueCopy = async () => brokenCopy(new KeyBackupSyncError("worker-crashed"));
        const element = await showing(run);
        const downloads = await downloadsBy(async () => {
          await withoutPassphrase(element);
          await save(element);
          await until(() => complaint(element) !== "", "It is told");
        });
        expect(complaint(element)).to.equal(
          "The download broke off. Try again. If that does not help, reload the page first.",
        );
        expect([place.closed, downloads.length]).to.deep.equal([false, 0]);
      });
    }

    it("is none when it cannot be written, and the next move is told", async () => {
      run.rescueCopy = async () => brokenCopy(new DOMException("No room", "QuotaExceededError"));
      const element = await showing(run);
      await withoutPassphrase(element);
      await save(element);
      await until(() => complaint(element) !== "", "It is told");
      expect(complaint(element)).to.equal(ENGLISH.rescueCopy.failed);
    });

    it("can be saved after a failure", async () => {
      let tries = 0;
      run.rescueCopy = async () => {
        if (tries++ === 0) throw new KeyBackupSyncError("worker-crashed");
        return rescueCopyOf("all");
      };
      const element = await showing(run);
      await withoutPassphrase(element);
      await save(element);
      await until(() => complaint(element) !== "", "It is told");
      await save(element);
      await until(() => place.closed, "The file is written");
      await settled(element);
      expect(complaint(element)).to.equal("");
    });
  });

  describe("accessibility", () => {
    it("names its fields", async () => {
      const element = await showing(run);
      fields(element)[0]?.focus();
      const labels = fields(element).map((field) => textOf(field.labels?.[0] as Element));
      expect(labels).to.deep.equal(["Passphrase", "Passphrase again"]);
    });

    it("chooses by arrow keys", async () => {
      const element = await showing(run);
      (all(element, "[type='radio']")[0] as HTMLElement).focus();
      await sendKeys({ press: "ArrowDown" });
      await settled(element);
      expect(fields(element)).to.have.lengthOf(0);
    });

    it("has the focus on its first field when it is given it", async () => {
      const element = await showing(run);
      element.focus();
      await element.updateComplete;
      expect(element.shadowRoot?.activeElement === all(element, "input")[0]).to.equal(true);
      expect(focusedName()).not.to.equal("Save the file");
    });

    it("stays within a narrow page", async () => {
      const element = await fixture(
        html`<key-backup-rescue-copy style=${NARROW} .safety=${run}></key-backup-rescue-copy>`,
      );
      for (const it of all(element, "p, label, input, button")) {
        expect(it.getBoundingClientRect().right, textOf(it)).to.be.at.most(element.getBoundingClientRect().right + 0.5);
      }
    });
  });
});
