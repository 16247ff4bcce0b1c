/** How the older versions of a backup are looked for, where no list tells them. */
import { expect } from "@open-wc/testing";
import { KeyBackupSyncError } from "../../src/errors.js";
import { newBackupRow, withReplaced } from "../../src/worker/backup-row.js";
import type { BackupVersion } from "../../src/worker/homeserver.js";
import { OlderVersions, type Reach } from "../../src/worker/older-versions.js";

/** As a homeserver that does not answer. */
function never(signal: AbortSignal): Promise<null> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

function backupOf(version: string, count = 1): BackupVersion {
  return { version, etag: "1", count, algorithm: "", publicKey: "public key", passphrase: null, signedBy: new Set() };
}

describe("The search for older versions", () => {
  let asked: string[];
  let answer: (version: string, signal: AbortSignal) => BackupVersion | null | Promise<null>;

  beforeEach(() => {
    asked = [];
    answer = () => null;
  });

  function versions(longestLook?: number): OlderVersions {
    const getBackupVersion = async (signal: AbortSignal, version?: string | null) => {
      asked.push(String(version));
      return answer(String(version), signal);
    };
    return new OlderVersions({ getBackupVersion }, longestLook);
  }

  async function look(older: OlderVersions, present: number, reach: Reach = "all", remembered: readonly string[] = []) {
    asked = [];
    const rows = remembered.map((version) => withReplaced(newBackupRow(backupOf(version), "another"), true));
    const { found, isUnsure } = await older.find(backupOf(`${present}`), rows, new AbortController().signal, reach);
    return { found: found.map(({ version }) => version), isUnsure };
  }

  it("goes on where the last look ended, however many there are, and is unsure until the end", async () => {
    answer = (version) => backupOf(version, version === "1" ? 1 : 0);
    const older = versions();
    const { found, isUnsure } = await look(older, 151);
    expect([found.includes("1"), isUnsure, asked.length]).to.deep.equal([false, true, 100]);
    const next = await look(older, 151);
    expect([next.found.includes("1"), next.isUnsure, asked.length]).to.deep.equal([true, false, 50]);
  });

  it("is unsure behind ten that are gone, and goes on there", async () => {
    answer = (version) => (version === "1" ? backupOf("1") : null);
    const older = versions();
    expect(await look(older, 20, "further")).to.deep.equal({ found: [], isUnsure: true });
    expect(await look(older, 20, "further")).to.deep.equal({ found: ["1"], isUnsure: false });
  });

  it("ends before a reset not behind ten that are gone, but behind a hundred", async () => {
    answer = (version) => (version === "1" ? backupOf("1") : null);
    expect(await look(versions(), 50)).to.deep.equal({ found: ["1"], isUnsure: false });
    const older = versions();
    expect(await look(older, 50_000)).to.deep.equal({ found: [], isUnsure: false });
    expect(asked.length).to.equal(100);
    await look(older, 50_000);
    expect(asked).to.deep.equal([]);
  });

  it("does not count the remembered ones among those that are gone in a row", async () => {
    answer = (version) => (version === "8" ? backupOf("8") : null);
    const remembered = Array.from({ length: 10 }, (_, index) => String(19 - index));
    const { found } = await look(versions(), 20, "further", remembered);
    expect(found).to.deep.equal(["8"]);
  });

  it("notices that one is gone which an earlier look found", async () => {
    answer = (version) => backupOf(version);
    const older = versions();
    await look(older, 3);
    answer = (version) => (version === "1" ? backupOf("1") : null);
    expect((await look(older, 3)).found).to.deep.equal(["1"]);
  });

  it("asks nothing more once the homeserver asks to slow down", async () => {
    answer = () => {
      throw new KeyBackupSyncError("rate-limited", { retryAfterMs: 1000 });
    };
    expect(await look(versions(), 50)).to.deep.equal({ found: [], isUnsure: true });
    expect(asked.length).to.be.at.most(4);
  });

  it("takes no longer than a look may, however slow each answer is", async () => {
    answer = (version, signal) => (Number(version) > 40 ? backupOf(version) : never(signal));
    const begun = performance.now();
    const { found, isUnsure } = await look(versions(100), 50);
    expect([found.length > 0, isUnsure]).to.deep.equal([true, true]);
    expect(performance.now() - begun).to.be.lessThan(5000);
  });

  it("asks only for the remembered ones where no more is wanted", async () => {
    answer = (version) => backupOf(version);
    expect(await look(versions(), 50, "remembered", ["7"])).to.deep.equal({ found: ["7"], isUnsure: false });
    expect(asked).to.deep.equal(["7"]);
  });
});
