import { expect } from "@open-wc/testing";
import { type KeyBackupSyncState, type Progress, syncOf } from "../../src/state.js";
import { button } from "../components/on-page.js";
import { SyncAccount } from "../support/sync-account.js";
import { whenShown } from "../support/when-shown.js";

/** Enough that the import takes longer than a test takes to reload in the midst of it. */
const KEYS = 2000;
/** The whole backup would take six seconds. */
const SLOW_LINE = 300_000;

const isInTheMidst = (count: number): boolean => count > 0 && count < KEYS;

/** The first counts that a page showed. */
function firstProgress(shown: readonly KeyBackupSyncState[]): Progress | undefined {
  return shown.map((state) => syncOf(state)?.progress).find((progress) => progress !== undefined);
}

function expectAll({ total, downloaded, imported }: Progress): void {
  expect({ total, downloaded, imported }).to.deep.equal({ total: KEYS, downloaded: KEYS, imported: KEYS });
}

describe("A reload of the page", () => {
  let account: SyncAccount;

  beforeEach(async () => {
    account = await SyncAccount.open(KEYS);
  });

  afterEach(() => account.close());

  async function openUnlockedPage() {
    const page = await account.openPage();
    await page.exports.learnDecryptionKey(account.backup.decryptionKey, account.backup.version);
    return page;
  }

  it("in the download keeps what is downloaded, and all keys arrive", async () => {
    await account.homeserver.limit(SLOW_LINE);
    const page = await openUnlockedPage();
    const before = await whenShown(page.exports.element, "downloading", ({ progress }) =>
      isInTheMidst(progress.downloaded),
    );
    await page.reload();
    await whenShown(page.exports.element, "downloading");
    expect(firstProgress(page.exports.shown)?.downloaded).to.be.at.least(before.progress.downloaded);
    await account.homeserver.limit(null);
    const { progress } = await whenShown(page.exports.element, "complete");
    expectAll(progress);
    expect(await page.exports.countRoomKeys()).to.equal(KEYS);
    expect(await account.roomKeyRequests()).to.equal(2);
  });

  it("in the import goes on where it was, without asking for one key again", async () => {
    const page = await openUnlockedPage();
    const before = await whenShown(page.exports.element, "importing", ({ progress }) =>
      isInTheMidst(progress.imported),
    );
    await page.reload();
    const { progress } = await whenShown(page.exports.element, "complete");
    const first = firstProgress(page.exports.shown);
    expect(first?.imported).to.be.at.least(before.progress.imported).and.below(KEYS);
    expectAll(progress);
    expect(await page.exports.countRoomKeys()).to.equal(KEYS);
    expect(await account.roomKeyRequests()).to.equal(1);
  });

  it("while paused leaves it paused, until the person resumes", async () => {
    const page = await openUnlockedPage();
    await whenShown(page.exports.element, "importing", ({ progress }) => isInTheMidst(progress.imported));
    button(page.exports.element, "Pause").click();
    const before = await whenShown(page.exports.element, "paused");
    await page.reload();
    const after = await whenShown(page.exports.element, "paused");
    expect(after.progress).to.deep.equal(before.progress);
    expect(isInTheMidst(after.progress.imported)).to.equal(true);
    expect(page.exports.shown.map(({ status }) => status)).to.deep.equal(["paused"]);

    button(page.exports.element, "Resume").click();
    const { progress } = await whenShown(page.exports.element, "complete");
    expectAll(progress);
    expect(await page.exports.countRoomKeys()).to.equal(KEYS);
    expect(await account.roomKeyRequests()).to.equal(1);
  });
});
