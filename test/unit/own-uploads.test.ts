/** What is known of a backup that grows by the uploads of this device. */
import { expect } from "@open-wc/testing";
import { newBackupRow } from "../../src/worker/backup-row.js";
import { isAllKnown } from "../../src/worker/own-uploads.js";

describe("A backup that was looked at, with all uploads from there on from this device", () => {
  const row = {
    ...newBackupRow({ version: "1", etag: "2", count: 0 }, "public key"),
    whole: true,
    uploads: { from: "1", to: "4", store: { storeId: "store", roomKeyCount: 0 } },
  };

  for (const [etag, isKnown, when] of [
    ["4", true, "is all known after the last of them"],
    ["3", true, "is all known also in the midst of them, as the homeserver said it was before the last answer"],
    ["5", false, "is not all known where somebody changed it since"],
    ["1", false, "is not all known where it has an etag from before the look"],
    ["", false, "is not all known by an etag that counts nothing"],
  ] as const) {
    it(when, () => {
      expect(isAllKnown(row, etag)).to.equal(isKnown);
    });
  }
});
