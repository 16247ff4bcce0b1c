import { expect, fixture, html } from "@open-wc/testing";
import type { KeyBackupSyncElement } from "../../components/index.js";
import "../../components/index.js";
import { MockRun } from "../../stories/mock-run.js";
import { settled } from "./on-page.js";

async function showing(run: MockRun, intensity?: string): Promise<KeyBackupSyncElement> {
  const element = await fixture<KeyBackupSyncElement>(
    intensity
      ? html`<key-backup-sync manual .controller=${run} intensity=${intensity}></key-backup-sync>`
      : html`<key-backup-sync manual .controller=${run}></key-backup-sync>`,
  );
  await settled(element);
  return element;
}

describe("The intensity of <key-backup-sync>", () => {
  it("is that of its run, from the start and whenever it changes", async () => {
    const run = new MockRun();
    const element = await showing(run, "gentle");
    expect(run.intensity).to.equal("gentle");
    element.setAttribute("intensity", "fast");
    await settled(element);
    expect(run.intensity).to.equal("fast");
    element.intensity = "balanced";
    await settled(element);
    expect([run.intensity, element.getAttribute("intensity")]).to.deep.equal(["balanced", "balanced"]);
  });

  it("goes with it to another run", async () => {
    const element = await showing(new MockRun(), "gentle");
    const other = new MockRun();
    element.controller = other;
    await settled(element);
    expect(other.intensity).to.equal("gentle");
  });

  it("is left as it is by an element without one, and by a word that is none", async () => {
    const run = new MockRun();
    run.intensity = "fast";
    await showing(run);
    await showing(run, "furious");
    expect(run.intensity).to.equal("fast");
  });
});
