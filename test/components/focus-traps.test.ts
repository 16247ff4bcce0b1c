import { expect } from "@open-wc/testing";
import { ASSESSMENTS } from "../../stories/assessments.fixtures.js";
import { MockRun } from "../../stories/mock-run.js";
import { BY_STATUS } from "../../stories/states.fixtures.js";
import { sendKeys } from "../support/commands.mjs";
import { APP_DIALOGS, type AppDialog } from "../support/focus-traps.js";
import { until } from "../support/until.js";
import { focusedName, one, press, settled } from "./on-page.js";
import { type AskedWarning, answered, ask, pressAll, shown } from "./warning-on-page.js";

const { Downloading: DOWNLOADING } = BY_STATUS.downloading;
const { "Only in the backup": IN_BACKUP } = ASSESSMENTS["at-risk"];

for (const [name, open] of Object.entries(APP_DIALOGS)) {
  describe(`The warning above a dialog of the app, with ${name},`, () => {
    let asked: AskedWarning;
    let appDialog: AppDialog;

    beforeEach(async () => {
      const run = new MockRun(DOWNLOADING, IN_BACKUP);
      asked = await ask(run);
      appDialog = open();
      await shown(asked);
    });

    afterEach(() => {
      appDialog.close();
      asked.element.remove();
    });

    it("can be used by the mouse, and the app's dialog stays", async () => {
      await pressAll(asked.element, "Reset anyway…");
      const box = one(asked.element, "[type='checkbox']") as HTMLInputElement;
      await press(box);
      await settled(asked.element);
      expect(box.checked).to.equal(true);
      await pressAll(asked.element, "Reset and lose keys");
      await answered(asked, true);
      expect(appDialog.isOpen()).to.equal(true);
    });

    it("can be used by the keyboard, and Escape closes it alone", async () => {
      for (let presses = 0; presses < 10 && focusedName() !== "Reset anyway…"; presses++)
        await sendKeys({ press: "Tab" });
      await sendKeys({ press: "Enter" });
      await until(
        () => asked.element.shadowRoot?.querySelector("[type='checkbox']") != null,
        "The second step is shown",
      );
      await settled(asked.element);
      await sendKeys({ press: "Escape" });
      await answered(asked, false);
      expect(appDialog.isOpen()).to.equal(true);
    });

    it("is there for screen readers", () => {
      const hidden = [];
      for (let node: Element | null = asked.dialog; node; node = parentOf(node)) {
        if (node.getAttribute("aria-hidden") === "true") hidden.push(node.localName);
      }
      expect(hidden).to.deep.equal([]);
    });
  });
}

function parentOf(element: Element): Element | null {
  return element.parentElement ?? (element.getRootNode() as Partial<ShadowRoot>).host ?? null;
}
