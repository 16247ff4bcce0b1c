import { expect } from "@open-wc/testing";
import { fingerprintOf } from "../../src/worker/fingerprint.js";
import { IMPORTED, KnownKeys, type LedgerEntry, pageOf } from "../../src/worker/known-keys.js";

const MANY = 20_000;

function entryAt(index: number): LedgerEntry {
  const fingerprint = fingerprintOf(`!${index % 7}:localhost`, `session ${index}`);
  return { fingerprint, firstMessageIndex: index % 1000, failedIn: index % 10 === 0 ? 3 : IMPORTED };
}

describe("What is known of room keys", () => {
  it("is found again among many, from the pages it was kept in", () => {
    const entries = Array.from({ length: MANY }, (_, index) => entryAt(index));
    const known = new KnownKeys();
    for (let at = 0; at < MANY; at += 512) known.addPage(pageOf(entries.slice(at, at + 512)) ?? new Uint8Array(0));
    for (const { fingerprint, firstMessageIndex, failedIn } of entries) {
      expect(known.get(fingerprint)).to.deep.equal({ firstMessageIndex, failedIn });
    }
    for (let index = MANY; index < MANY * 2; index++) expect(known.get(entryAt(index).fingerprint)).to.equal(null);
  });

  it("is what was said of it last", () => {
    const known = new KnownKeys();
    known.add({ ...entryAt(1), failedIn: 2 });
    known.add({ ...entryAt(1), firstMessageIndex: 5, failedIn: IMPORTED });
    expect(known.get(entryAt(1).fingerprint)).to.deep.equal({ firstMessageIndex: 5, failedIn: IMPORTED });
  });

  it("keeps apart what only looks alike when it is joined", () => {
    expect(fingerprintOf("ab", "c")).not.to.deep.equal(fingerprintOf("a", "bc"));
  });

  it("takes no page for nothing", () => {
    expect(pageOf([])).to.equal(null);
  });
});
