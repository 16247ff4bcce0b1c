/** Every state and every step of the warning, as axe-core sees it. It finds what a rule can find: names, roles, contrast. */
import { expect, fixture, html } from "@open-wc/testing";
import axe from "axe-core";
import "../../components/index.js";
import type { KeyBackupSyncElement } from "../../components/index.js";
import { ASSESSMENTS, RISKS } from "../../stories/assessments.fixtures.js";
import { MockRun } from "../../stories/mock-run.js";
import { BY_STATUS, STATES } from "../../stories/states.fixtures.js";
import { until } from "../support/until.js";
import { all, button, settled } from "./on-page.js";

const PAGES = [
  { name: "on a light page", scheme: "light", direction: "ltr" },
  { name: "on a dark page", scheme: "dark", direction: "ltr" },
  { name: "from right to left", scheme: "light", direction: "rtl" },
] as const;

/** What it found, with the place where. */
async function faultsOf(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
}

const STEPS: readonly (readonly [name: string, ...presses: readonly string[]])[] = [
  ["finish first", "Finish first, then reset"],
  ["reset anyway", "Reset anyway…"],
  ["rescue copy", "Save a rescue copy"],
  ["rescue copy, with a complaint", "Save a rescue copy", "Save the file"],
];

/** With the warning before a reset. */
async function warned(run: MockRun, page: (typeof PAGES)[number], presses: readonly string[] = []): Promise<Element> {
  const element = await shown(run, page);
  void element.confirmReset();
  await until(() => all(element, "dialog[open]").length === 1, "The dialog is shown");
  for (const name of presses) {
    await settled(element);
    button(element, name).click();
  }
  await settled(element);
  return element;
}

/** On a page that sets nothing but this. */
async function shown(run: MockRun, { scheme, direction }: (typeof PAGES)[number]): Promise<KeyBackupSyncElement> {
  const style = `color-scheme: ${scheme}; background: Canvas; color: CanvasText`;
  const page = await fixture(html`
    <div dir=${direction} style=${style}><key-backup-sync .controller=${run}></key-backup-sync></div>
  `);
  const element = page.querySelector("key-backup-sync") as KeyBackupSyncElement;
  await settled(element);
  return element;
}

describe("accessibility", () => {
  for (const page of PAGES) {
    describe(page.name, () => {
      for (const [name, state] of STATES) {
        it(`${name}: axe finds nothing`, async () => {
          expect(await faultsOf(await shown(new MockRun(state), page))).to.deep.equal([]);
        });
      }

      for (const [name, assessment] of RISKS) {
        it(`Warning, ${name}: axe finds nothing`, async () => {
          const run = new MockRun(BY_STATUS.idle.Idle, assessment);
          expect(await faultsOf(await warned(run, page))).to.deep.equal([]);
        });
      }

      for (const [name, ...presses] of STEPS) {
        it(`Warning, ${name}: axe finds nothing`, async () => {
          const run = new MockRun(BY_STATUS.importing.Importing, ASSESSMENTS["at-risk"]["Of every kind"]);
          expect(await faultsOf(await warned(run, page, presses))).to.deep.equal([]);
        });
      }
    });
  }

  describe("the audit itself", () => {
    it("looks into the shadow roots: it sees text that cannot be read", async () => {
      const [[, state] = []] = STATES;
      const element = await shown(new MockRun(state), PAGES[0]);
      element.style.setProperty("--key-backup-sync-muted", "#eee");
      expect((await faultsOf(element)).join()).to.contain("color-contrast");
    });
  });
});
