/** Every state there is, as axe-core sees it. It finds what a rule can find: names, roles, contrast. */
import { expect, fixture, html } from "@open-wc/testing";
import axe from "axe-core";
import "../../components/index.js";
import type { KeyBackupSyncElement } from "../../components/index.js";
import { MockRun } from "../../stories/mock-run.js";
import { STATES } from "../../stories/states.fixtures.js";
import { settled } from "./on-page.js";

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
