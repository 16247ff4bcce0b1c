/** With a real matrix-js-sdk client and a real Synapse: what is destroyed there is destroyed. */
import { expect } from "@open-wc/testing";
import type { MatrixClient } from "matrix-js-sdk";
import { guardBackupReset } from "../../src/index.js";
import { codeOf } from "../support/code-of.js";
import { cryptoOf, openMatrixClient, rememberedSecretStorageKeys } from "../support/matrix-client.js";
import { type RegisteredUser, startSynapseForTest, type TestSynapse } from "../support/test-synapse.js";

const PASSWORD = "correct horse battery staple";

/** A person who always answers the same, and how often they were asked. */
class Person {
  asked = 0;

  constructor(readonly answer: boolean) {}

  async confirmReset(): Promise<boolean> {
    this.asked++;
    return this.answer;
  }
}

describe("guardBackupReset()", () => {
  let synapse: TestSynapse;
  let user: RegisteredUser;
  let client: MatrixClient;
  let takeOff: () => void;

  before(async () => {
    synapse = await startSynapseForTest();
    user = await synapse.registerUser("keeper", PASSWORD);
    client = await openMatrixClient(synapse.url, user, undefined, rememberedSecretStorageKeys());
    await client.startClient({ initialSyncLimit: 0 });
  });

  beforeEach(async () => {
    takeOff = () => {};
    if ((await presentVersion()) === null) await cryptoOf(client).resetKeyBackup();
  });

  afterEach(() => takeOff());
  after(() => client.stopClient());

  function guardedBy(person: Person): Person {
    takeOff = guardBackupReset(client, person);
    return person;
  }

  /** As the homeserver says, not as the client remembers. */
  async function presentVersion(): Promise<string | null> {
    const response = await fetch(`${synapse.url}/_matrix/client/v3/room_keys/version`, {
      headers: { authorization: `Bearer ${user.accessToken}` },
    });
    return response.ok ? (await response.json()).version : null;
  }

  async function deletePresentVersion(): Promise<void> {
    await cryptoOf(client).deleteKeyBackupVersion((await presentVersion()) ?? "");
  }

  const proof = { type: "m.login.password", password: PASSWORD } as const;
  const createSecretStorageKey = async () => await cryptoOf(client).createRecoveryKeyFromPassphrase();
  const destroyers: Readonly<Record<string, () => Promise<void>>> = {
    resetKeyBackup: () => cryptoOf(client).resetKeyBackup(),
    deleteKeyBackupVersion: deletePresentVersion,
    disableKeyStorage: () => cryptoOf(client).disableKeyStorage(),
    resetEncryption: () =>
      cryptoOf(client).resetEncryption(async (request) => {
        await request({ ...proof, identifier: { type: "m.id.user", user: user.userId } });
      }),
    bootstrapSecretStorage: () =>
      cryptoOf(client).bootstrapSecretStorage({
        setupNewKeyBackup: true,
        setupNewSecretStorage: true,
        createSecretStorageKey,
      }),
  };

  for (const [name, destroy] of Object.entries(destroyers)) {
    it(`${name}: touches nothing when the person says no`, async () => {
      const person = guardedBy(new Person(false));
      const version = await presentVersion();
      expect(await codeOf(destroy())).to.equal("reset-declined");
      expect(await presentVersion()).to.equal(version);
      expect(person.asked).to.equal(1);
    });

    it(`${name}: goes through when the person says yes, asked once`, async () => {
      const person = guardedBy(new Person(true));
      const version = await presentVersion();
      await destroy();
      expect(await presentVersion()).not.to.equal(version);
      expect(person.asked).to.equal(1);
    });
  }

  it("asks again for the next reset", async () => {
    const person = guardedBy(new Person(true));
    await cryptoOf(client).resetKeyBackup();
    await cryptoOf(client).resetKeyBackup();
    expect(person.asked).to.equal(2);
  });

  it("asks again after one that failed", async () => {
    const person = guardedBy(new Person(true));
    const refusal = cryptoOf(client).resetEncryption(async () => {
      throw new Error("No proof is given");
    });
    expect(await refusal.catch(({ message }) => message)).to.equal("No proof is given");
    await cryptoOf(client).resetKeyBackup();
    expect(person.asked).to.equal(2);
  });

  it("does not ask where secret storage is set up and the backup stays", async () => {
    const person = guardedBy(new Person(false));
    const version = await presentVersion();
    await cryptoOf(client).bootstrapSecretStorage({ setupNewSecretStorage: true, createSecretStorageKey });
    expect(await presentVersion()).to.equal(version);
    expect(person.asked).to.equal(0);
  });

  it("asks where an older version is deleted, which may have keys of its own", async () => {
    const old = (await presentVersion()) ?? "";
    await synapse.seedKeyBackup({ userId: user.userId, keys: 5 });
    await cryptoOf(client).checkKeyBackupAndEnable();
    const person = guardedBy(new Person(false));
    expect(await codeOf(cryptoOf(client).deleteKeyBackupVersion(old))).to.equal("reset-declined");
    expect(person.asked).to.equal(1);
  });

  it("asks where the version is newer than the one that the client remembers", async () => {
    const { version } = await synapse.seedKeyBackup({ userId: user.userId, keys: 5 });
    const person = guardedBy(new Person(false));
    expect(await codeOf(cryptoOf(client).deleteKeyBackupVersion(version))).to.equal("reset-declined");
    expect(await presentVersion()).to.equal(version);
    expect(person.asked).to.equal(1);
  });

  it("asks nobody any more when it is taken off", async () => {
    const person = guardedBy(new Person(false));
    takeOff();
    expect(await codeOf(cryptoOf(client).resetKeyBackup())).to.equal("no fault");
    expect(person.asked).to.equal(0);
  });
});
