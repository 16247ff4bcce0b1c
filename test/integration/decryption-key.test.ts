import { expect } from "@open-wc/testing";
import { makeBackupKeyPair } from "../support/room-keys.mjs";
import { SyncAccount } from "../support/sync-account.js";
import { whenShown } from "../support/when-shown.js";

const KEYS = 200;

describe("A device without the decryption key of the backup", () => {
  let account: SyncAccount;

  beforeEach(async () => {
    account = await SyncAccount.open(KEYS);
  });

  afterEach(() => account.close());

  async function openWaitingPage() {
    const { exports: page } = await account.openPage();
    const { sync } = await whenShown(page.element, "waiting", ({ reason }) => reason === "decryption-key");
    expect(sync?.progress.downloaded).to.equal(KEYS);
    expect(sync?.progress.imported).to.equal(0);
    return page;
  }

  it("has all keys safe, and imports them by itself once it knows it", async () => {
    const page = await openWaitingPage();
    expect(await page.countRoomKeys()).to.equal(0);
    await page.learnDecryptionKey(account.backup.decryptionKey, account.backup.version);
    await whenShown(page.element, "complete");
    expect(await page.countRoomKeys()).to.equal(KEYS);
    expect(await account.roomKeyRequests()).to.equal(1);
  });

  it("says so when it is given that of another backup, and goes on with the right one", async () => {
    const page = await openWaitingPage();
    const { decryptionKey: wrong } = await makeBackupKeyPair();
    await page.learnDecryptionKey(wrong, account.backup.version);
    const { error, sync } = await whenShown(page.element, "failed");
    expect(error.code).to.equal("decryption-key-mismatch");
    expect(sync?.progress.downloaded).to.equal(KEYS);
    expect(await page.countRoomKeys()).to.equal(0);

    await page.learnDecryptionKey(account.backup.decryptionKey, account.backup.version);
    const { progress } = await whenShown(page.element, "complete");
    expect(progress.imported).to.equal(KEYS);
    expect(await page.countRoomKeys()).to.equal(KEYS);
    expect(await account.roomKeyRequests()).to.equal(1);
  });
});
