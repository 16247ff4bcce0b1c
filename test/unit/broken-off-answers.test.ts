import { expect } from "@open-wc/testing";
import { KeyBackupSyncError } from "../../src/errors.js";
import { BrokenOffAnswers } from "../../src/worker/broken-off-answers.js";
import { BrokenOffError } from "../../src/worker/download.js";

const backup = (etag = "1") => ({ backupId: "id", backup: { version: "1", etag, count: 9 } });

describe("Answers that break off", () => {
  it("at the same byte have come to their end the third time", () => {
    const answers = new BrokenOffAnswers();
    const at = new BrokenOffError(70);
    expect([1, 2, 3].map(() => answers.isItsEnd(backup(), at))).to.deep.equal([false, false, true]);
  });

  const others: readonly (readonly [string, string, Error])[] = [
    ["at another byte", "1", new BrokenOffError(71)],
    ["of the backup as it is now", "2", new BrokenOffError(70)],
    ["in another way", "1", new KeyBackupSyncError("homeserver-unreachable")],
  ];
  for (const [how, etag, cause] of others) {
    it(`${how} say nothing of those before`, () => {
      const answers = new BrokenOffAnswers();
      const at = new BrokenOffError(70);
      const all = [at, at].map((fault) => answers.isItsEnd(backup(), fault));
      all.push(answers.isItsEnd(backup(etag), cause), answers.isItsEnd(backup(), at));
      expect(all).to.deep.equal([false, false, false, false]);
    });
  }
});
