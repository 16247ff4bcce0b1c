/**
 * Every call of matrix-js-sdk that destroys a backup, whatever is downloaded by then: a real Synapse, a real client, and the dialog as the
 * person has it.
 */
import { expect } from "@open-wc/testing";
import { codeOf } from "../support/code-of.js";
import { countRoomKeys, cryptoOf } from "../support/matrix-client.js";
import { GuardedAccount, PASSWORD } from "./guarded-account.js";

const KEYS = 200;

type Destroy = (account: GuardedAccount) => Promise<void>;

const CALLS: Readonly<Record<string, Destroy>> = {
  resetKeyBackup: ({ client }) => cryptoOf(client).resetKeyBackup(),
  deleteKeyBackupVersion: async (account) =>
    cryptoOf(account.client).deleteKeyBackupVersion((await account.backup())?.version ?? ""),
  disableKeyStorage: ({ client }) => cryptoOf(client).disableKeyStorage(),
  resetEncryption: ({ client, device: { userId } }) =>
    cryptoOf(client).resetEncryption(async (request) => {
      await request({
        type: "m.login.password",
        identifier: { type: "m.id.user", user: userId },
        password: PASSWORD,
      });
    }),
  bootstrapSecretStorage: ({ client }) =>
    cryptoOf(client).bootstrapSecretStorage({
      setupNewKeyBackup: true,
      setupNewSecretStorage: true,
      createSecretStorageKey: () => cryptoOf(client).createRecoveryKeyFromPassphrase(),
    }),
};

/** Of the calls that are no reset. */
const WORDS: Readonly<Record<string, { readonly finish: string; readonly goOn: string }>> = {
  deleteKeyBackupVersion: { finish: "Finish first, then delete", goOn: "Delete" },
  disableKeyStorage: { finish: "Finish first, then turn off", goOn: "Turn off" },
};

/** What is done before. */
const SITUATIONS: Readonly<Record<string, (account: GuardedAccount) => Promise<void>>> = {
  "nothing is downloaded": async () => {},
  "half of the keys are imported": (account) => account.pauseAfter(KEYS / 2),
};

describe("A call that destroys the key backup", () => {
  let account: GuardedAccount;

  beforeEach(async () => {
    account = await GuardedAccount.open(KEYS);
  });

  afterEach(() => account.close());

  async function expectUntouched(before: unknown, keys: number): Promise<void> {
    expect(await account.backup()).to.deep.equal(before);
    expect(await countRoomKeys(account.client)).to.equal(keys);
    expect(account.keysWhenDestroyed).to.equal(null);
  }

  for (const [name, destroy] of Object.entries(CALLS)) {
    for (const [situation, arrange] of Object.entries(SITUATIONS)) {
      it(`${name}, when ${situation}: touches nothing if cancelled, and waits for every key if told to`, async () => {
        await arrange(account);
        const [before, keys] = [await account.backup(), await countRoomKeys(account.client)];
        expect(keys).to.be.below(KEYS);

        const cancelled = codeOf(destroy(account), "done");
        await account.answer("Cancel");
        expect(await cancelled).to.equal("reset-declined");
        await expectUntouched(before, keys);

        const finished = codeOf(destroy(account), "done");
        await account.answer(WORDS[name]?.finish ?? "Finish first, then reset");
        // Nothing is destroyed with nobody there.
        await account.answer(WORDS[name]?.goOn ?? "Reset");
        expect(await finished).to.equal("done");
        expect(await account.keysWhenDestroyed).to.equal(KEYS);
        expect(await countRoomKeys(account.client)).to.equal(KEYS);
        expect((await account.backup())?.version).not.to.equal(before?.version);
      });
    }

    it(`${name}, when all keys are imported: asks nobody, for nothing is lost`, async () => {
      await account.complete();
      const before = await account.backup();
      expect(await codeOf(destroy(account), "done")).to.equal("done");
      expect(await account.keysWhenDestroyed).to.equal(KEYS);
      expect((await account.backup())?.version).not.to.equal(before?.version);
    });
  }
});
