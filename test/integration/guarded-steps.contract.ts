/**
 * A reset as clients do it, in steps, with a client of any copy of matrix-js-sdk and a real Synapse: when the user is asked, and what is there
 * when a step is declined, or refused by the homeserver.
 */
import { expect } from "@open-wc/testing";
import type { AuthDict, createClient as createNewestClient, MatrixClient } from "matrix-js-sdk";
import { controllerFor, guardBackupReset, type ResetQuestion } from "../../src/index.js";
import { cryptoOf, learnDecryptionKey, quiet } from "../support/client-crypto.js";
import { codeOf } from "../support/code-of.js";
import { type RegisteredUser, startSynapseForTest, type TestSynapse } from "../support/test-synapse.js";
import { until } from "../support/until.js";

const PASSWORD = "correct horse battery staple";
const KEYS = 10;

/** Who always answers the same, and what they were asked. */
class Person {
  readonly asked: (ResetQuestion | undefined)[] = [];

  constructor(readonly answer: boolean) {}

  async confirmReset(question?: ResetQuestion): Promise<boolean> {
    this.asked.push(question);
    return this.answer;
  }
}

const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    () => "refused",
  );

export function guardedStepsContract(sdk: string, createClient: typeof createNewestClient): void {
  describe(`With a client of ${sdk}, a guarded reset`, () => {
    let synapse: TestSynapse;
    let user: RegisteredUser;
    let client: MatrixClient;
    /** Answers in place of the homeserver; `null`: the homeserver answers. */
    let refusal: (method: string, path: string) => Response | null;

    before(async () => {
      synapse = await startSynapseForTest();
    });

    beforeEach(async () => {
      user = await synapse.registerUser("steps", PASSWORD);
      refusal = () => null;
      client = createClient({
        baseUrl: synapse.url,
        ...user,
        fetchFn,
        cryptoCallbacks,
        logger: quiet,
        disableVoip: true,
      });
      await client.initRustCrypto({ useIndexedDB: false });
      await client.startClient({ initialSyncLimit: 0 });
    });

    afterEach(() => {
      controllerFor(client).close();
      client.stopClient();
    });

    const fetchFn: typeof fetch = async (resource, options) => {
      const { pathname } = new URL(String(resource));
      return refusal(options?.method ?? "GET", pathname) ?? fetch(resource, options);
    };
    const secrets = new Map<string, Uint8Array<ArrayBuffer>>();
    const cryptoCallbacks = {
      cacheSecretStorageKey: (keyId: string, _info: unknown, key: Uint8Array) => void secrets.set(keyId, key.slice()),
      async getSecretStorageKey({ keys }: { keys: object }): Promise<[string, Uint8Array<ArrayBuffer>] | null> {
        const found = Object.keys(keys).find((keyId) => secrets.has(keyId));
        return found ? [found, secrets.get(found) as Uint8Array<ArrayBuffer>] : null;
      },
    };
    const refused = (status: number, errcode: string) => new Response(JSON.stringify({ errcode }), { status });

    const seed = (keys = KEYS) => synapse.seedKeyBackup({ userId: user.userId, keys, rooms: 2 });

    /** As the homeserver says. */
    async function presentVersion(): Promise<string | null> {
      const headers = { authorization: `Bearer ${user.accessToken}` };
      const response = await fetch(`${synapse.url}/_matrix/client/v3/room_keys/version`, { headers });
      return response.ok ? (await response.json()).version : null;
    }

    const setUpSecretStorage = () =>
      cryptoOf(client).bootstrapSecretStorage({
        setupNewSecretStorage: true,
        createSecretStorageKey: () => cryptoOf(client).createRecoveryKeyFromPassphrase(),
      });
    const setUpCrossSigning = () =>
      cryptoOf(client).bootstrapCrossSigning({
        setupNewCrossSigning: true,
        authUploadDeviceSigningKeys: async (request) => {
          const identifier = { type: "m.id.user", user: user.userId };
          await request({ type: "m.login.password", identifier, password: PASSWORD });
        },
      });
    const defaultKeyId = () => client.secretStorage.getDefaultKeyId();

    it("asks at its first step, before secret storage is replaced that this device cannot read", async () => {
      const { version } = await seed();
      const person = new Person(false);
      guardBackupReset(client, person);
      expect(await codeOf(setUpSecretStorage())).to.equal("reset-declined");
      expect(person.asked).to.deep.equal(["reset"]);
      expect(await defaultKeyId()).to.equal(null);
      expect(await presentVersion()).to.equal(version);
    });

    it("asks once for all of its steps", async () => {
      const { version } = await seed();
      const person = new Person(true);
      guardBackupReset(client, person);
      await setUpSecretStorage();
      await setUpCrossSigning();
      await cryptoOf(client).resetKeyBackup();
      expect(person.asked).to.deep.equal(["reset"]);
      expect(await presentVersion()).not.to.equal(version);
      await cryptoOf(client).resetKeyBackup();
      expect(person.asked).to.deep.equal(["reset", "reset"]);
    });

    it("asks again where the backup is another one by the next step", async () => {
      await seed();
      const person = new Person(true);
      guardBackupReset(client, person);
      await setUpSecretStorage();
      await seed();
      await cryptoOf(client).resetKeyBackup();
      expect(person.asked).to.deep.equal(["reset", "reset"]);
    });

    it("does not ask where the new secret storage is of a device that has the backup's key", async () => {
      const { decryptionKey, version } = await seed();
      await learnDecryptionKey(client, decryptionKey, version);
      const person = new Person(false);
      guardBackupReset(client, person);
      await setUpSecretStorage();
      expect(person.asked).to.deep.equal([]);
    });

    it("does not ask where the new secret storage is of an account that has no backup", async () => {
      const person = new Person(false);
      guardBackupReset(client, person);
      await setUpSecretStorage();
      expect(person.asked).to.deep.equal([]);
    });

    it("asks before an older version is deleted, and before keys of a backup are", async () => {
      const { version } = await seed();
      await seed();
      const person = new Person(false);
      guardBackupReset(client, person);
      expect(await codeOf(cryptoOf(client).deleteKeyBackupVersion(version))).to.equal("reset-declined");
      expect(await codeOf(client.deleteKeysFromBackup(undefined, undefined, version))).to.equal("reset-declined");
      expect(await codeOf(client.deleteKeysFromBackup("!room:localhost", undefined))).to.equal("reset-declined");
      expect(person.asked).to.deep.equal(["delete", "delete", "delete"]);
    });

    it("asks before secret storage of which the backup's key is known nowhere else is changed by hand", async () => {
      const { decryptionKey, version } = await seed();
      const person = new Person(false);
      guardBackupReset(client, person);
      const { secretStorage } = client;
      expect(await codeOf(secretStorage.setDefaultKeyId("other"))).to.equal("reset-declined");
      expect(await codeOf(secretStorage.store("m.megolm_backup.v1", "other"))).to.equal("reset-declined");
      expect(person.asked).to.deep.equal(["reset", "reset"]);
      expect(await defaultKeyId()).to.equal(null);
      await secretStorage.addKey("m.secret_storage.v1.aes-hmac-sha2", { key: new Uint8Array(32) });
      await learnDecryptionKey(client, decryptionKey, version);
      await secretStorage.setDefaultKeyId("other");
      expect(person.asked).to.have.length(2);
    });

    it("asks before the account is deactivated, and once though the homeserver wants to know the password first", async () => {
      await seed();
      const declined = new Person(false);
      const takeOff = guardBackupReset(client, declined);
      expect(await codeOf(client.deactivateAccount(undefined, false))).to.equal("reset-declined");
      takeOff();
      const person = new Person(true);
      guardBackupReset(client, person);
      expect(await outcomeOf(client.deactivateAccount(undefined, false))).to.equal("refused");
      const identifier = { type: "m.id.user", user: user.userId };
      const auth = { type: "m.login.password", identifier, password: PASSWORD };
      expect(await outcomeOf(client.deactivateAccount(auth as AuthDict, false))).to.equal("done");
      expect(person.asked).to.deep.equal(["delete"]);
    });

    for (const [status, errcode] of [
      [413, "M_TOO_LARGE"],
      [500, "M_UNKNOWN"],
    ] as const) {
      it(`whose new backup is refused with ${status} did not finish, and can be finished`, async () => {
        await seed();
        guardBackupReset(client, new Person(true));
        refusal = (method, path) =>
          method === "POST" && path.endsWith("/room_keys/version") ? refused(status, errcode) : null;
        expect(await outcomeOf(cryptoOf(client).resetKeyBackup())).to.equal("refused");
        expect(await presentVersion()).to.equal(null);
        const controller = controllerFor(client);
        const isUnfinished = () =>
          controller.state.status === "unavailable" && controller.state.reason === "reset-unfinished";
        await until(isUnfinished, "It did not finish");
        refusal = () => null;
        await controller.finishReset();
        expect(await presentVersion()).not.to.equal(null);
        expect((await controller.assessReset()).isResetUnfinished).to.equal(undefined);
      });
    }

    it("whose new backup is refused for a while is done all the same", async () => {
      const { version } = await seed();
      guardBackupReset(client, new Person(true));
      let refusals = 0;
      refusal = (method, path) =>
        method === "POST" && path.endsWith("/room_keys/version") && refusals++ === 0
          ? refused(429, "M_LIMIT_EXCEEDED")
          : null;
      expect(await outcomeOf(cryptoOf(client).resetKeyBackup())).to.equal("done");
      expect(refusals).to.equal(2);
      expect(await presentVersion()).not.to.be.oneOf([version, null]);
    });

    it("of which one deletion is refused says that it did not finish, and the older backup is still there", async () => {
      const { version } = await seed(KEYS / 2);
      const { decryptionKey, version: newest } = await seed();
      await learnDecryptionKey(client, decryptionKey, newest);
      guardBackupReset(client, new Person(true));
      refusal = (method, path) =>
        method === "DELETE" && path.endsWith(`/version/${version}`) ? refused(500, "M_UNKNOWN") : null;
      expect(await outcomeOf(cryptoOf(client).resetKeyBackup())).to.equal("refused");
      expect(await presentVersion()).to.equal(version);
      expect((await controllerFor(client).assessReset()).isResetUnfinished).to.equal(true);
    });
  });
}
