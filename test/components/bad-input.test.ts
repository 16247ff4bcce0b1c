/** What a developer gets wrong, and is told in the console, once. */
import { expect, fixture, html } from "@open-wc/testing";
import "../../components/index.js";
import type { KeyBackupSyncElement } from "../../components/index.js";
import { MockRun } from "../../stories/mock-run.js";
import { BY_STATUS } from "../../stories/states.fixtures.js";
import { one, settled, textOf } from "./on-page.js";

describe("A developer is told in the console", () => {
  const { error } = console;
  let complaints: string[];

  beforeEach(() => {
    complaints = [];
    console.error = (complaint: unknown) => complaints.push(String(complaint));
  });

  afterEach(() => {
    console.error = error;
  });

  it("that a client is none, once, and the user in each element", async () => {
    for (const client of [{}, "client"]) {
      const element = await fixture<KeyBackupSyncElement>(html`
        <key-backup-sync lang="en" .client=${client}></key-backup-sync>
      `);
      await settled(element);
      expect(element.getAttribute("status")).to.equal("failed");
      expect(textOf(one(element, "[part~='message']"))).to.equal("This app gave no Matrix client to download for");
    }
    expect(complaints).to.have.lengthOf(1);
    expect(complaints[0]).to.include("`client` is no MatrixClient");
  });

  it("which words there are for an unknown intensity, and the run keeps its own", async () => {
    const run = new MockRun(BY_STATUS.downloading.Downloading);
    const before = run.intensity;
    await fixture(html`<key-backup-sync manual intensity="turbo" .controller=${run}></key-backup-sync>`);
    expect(run.intensity).to.equal(before);
    expect(complaints).to.have.lengthOf(1);
    expect(complaints[0]).to.include("gentle, balanced, fast");
  });

  it("that the elements are there twice", async () => {
    const copy = "/components/key-backup-controls/key-backup-controls.js?copy";
    await import(copy);
    expect(complaints).to.have.lengthOf(1);
    expect(complaints[0]).to.include("npm ls key-backup-sync");
  });
});
