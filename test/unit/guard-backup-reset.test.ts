/** How a guard is put on and taken off, with a crypto that only writes down what was called. */
import { expect } from "@open-wc/testing";
import { type GuardableClient, guardBackupReset, KeyBackupSyncController } from "../../src/index.js";
import { deferred } from "../support/deferred.js";
import { TestHost } from "../support/test-host.js";

/** Its calls are methods of a prototype, as those of the SDK are. */
class RecordingCrypto {
  readonly called: string[] = [];
  untilEnd: Promise<void> = Promise.resolve();

  async resetKeyBackup(): Promise<void> {
    this.called.push("resetKeyBackup");
  }

  async resetEncryption(): Promise<void> {
    this.called.push("resetEncryption");
    await this.untilEnd;
    await this.resetKeyBackup();
  }
}

class Person {
  asked = 0;
  readonly #answer: Promise<boolean>;

  constructor(answer: Promise<boolean> = Promise.resolve(true)) {
    this.#answer = answer;
  }

  confirmReset(): Promise<boolean> {
    this.asked++;
    return this.#answer;
  }
}

const clientWith = (crypto: RecordingCrypto | null): GuardableClient =>
  ({ getCrypto: () => crypto ?? undefined }) as unknown as GuardableClient;

/** All that is due by now has happened. */
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("A guard", () => {
  let crypto: RecordingCrypto;
  let person: Person;

  beforeEach(() => {
    crypto = new RecordingCrypto();
    person = new Person();
  });

  it("lets nothing through as long as the person has not answered", async () => {
    const answer = deferred<boolean>();
    guardBackupReset(clientWith(crypto), new Person(answer.promise));
    const reset = crypto.resetKeyBackup();
    await soon();
    expect(crypto.called).to.deep.equal([]);
    answer.resolve(true);
    await reset;
    expect(crypto.called).to.deep.equal(["resetKeyBackup"]);
  });

  it("leaves the crypto as it was when it is taken off", () => {
    guardBackupReset(clientWith(crypto), person)();
    expect(Object.keys(crypto)).to.deep.equal(["called", "untilEnd"]);
    expect(crypto.resetKeyBackup).to.equal(RecordingCrypto.prototype.resetKeyBackup);
  });

  it("asks before a call that comes from elsewhere while an agreed one is under way", async () => {
    const mayEnd = deferred<void>();
    crypto.untilEnd = mayEnd.promise;
    guardBackupReset(clientWith(crypto), person);
    const agreed = crypto.resetEncryption();
    await soon();
    const other = crypto.resetKeyBackup();
    await soon();
    mayEnd.resolve();
    await Promise.all([agreed, other]);
    expect(person.asked).to.equal(2);
  });

  it("asks once where what is called in turn was wrapped by somebody else", async () => {
    guardBackupReset(clientWith(crypto), person);
    const { resetKeyBackup: guarded } = crypto;
    crypto.resetKeyBackup = () => guarded();
    await crypto.resetEncryption();
    expect(person.asked).to.equal(1);
  });

  it("gives back what somebody else had put in its place before", () => {
    const before = async () => {};
    crypto.resetKeyBackup = before;
    guardBackupReset(clientWith(crypto), person)();
    expect(crypto.resetKeyBackup).to.equal(before);
  });

  it("leaves what somebody else wrapped around it after, and lets that through", async () => {
    const takeOff = guardBackupReset(clientWith(crypto), person);
    const { resetKeyBackup: guarded } = crypto;
    const around = () => guarded();
    crypto.resetKeyBackup = around;
    takeOff();
    expect(crypto.resetKeyBackup).to.equal(around);
    await crypto.resetKeyBackup();
    expect(person.asked).to.equal(0);
    expect(crypto.called).to.deep.equal(["resetKeyBackup"]);
  });

  it("asks one question where there are several, that of the last one", async () => {
    const second = new Person();
    guardBackupReset(clientWith(crypto), person);
    guardBackupReset(clientWith(crypto), second);
    await crypto.resetEncryption();
    expect([person.asked, second.asked]).to.deep.equal([0, 1]);
    expect(crypto.called).to.deep.equal(["resetEncryption", "resetKeyBackup"]);
  });

  for (const [which, first] of [
    ["last", 1],
    ["first", 0],
  ] as const) {
    it(`still asks when the ${which} of two is taken off`, async () => {
      const people = [person, new Person()];
      const takeOff = people.map((one) => guardBackupReset(clientWith(crypto), one));
      takeOff[first]?.();
      await crypto.resetKeyBackup();
      expect(people.map(({ asked }) => asked)).to.deep.equal(first === 0 ? [0, 1] : [1, 0]);
    });
  }

  it("leaves nothing behind when two are taken off, in whatever order", () => {
    const [first, second] = [person, new Person()].map((one) => guardBackupReset(clientWith(crypto), one));
    first?.();
    second?.();
    expect(Object.keys(crypto)).to.deep.equal(["called", "untilEnd"]);
  });

  it("says of a client that is not ready what is missing", () => {
    expect(() => guardBackupReset(clientWith(null), person)).to.throw(TypeError, "initRustCrypto");
  });
});

/** A crypto whose reset has two steps, on a homeserver that has this backup. */
class SteppingCrypto extends RecordingCrypto {
  backup: { version: string; etag: string } | null = { version: "1", etag: "1" };
  answers = true;
  /** What the first step waits for, as for a passphrase. */
  passphrase: Promise<void> = Promise.resolve();

  async checkKeyBackupAndEnable() {
    if (!this.answers || !this.backup) return null;
    return { backupInfo: { ...this.backup }, trustInfo: { matchesDecryptionKey: false } };
  }

  readonly backupManager = {
    requestKeyBackupVersion: async () => {
      if (!this.answers) throw new Error("502");
      return this.backup;
    },
  };

  async bootstrapSecretStorage(_options: object): Promise<void> {
    await this.passphrase;
    this.called.push("bootstrapSecretStorage");
  }

  async deleteKeyBackupVersion(_version: string): Promise<void> {
    this.called.push("deleteKeyBackupVersion");
  }
}

describe("A guarded reset in steps", () => {
  let crypto: SteppingCrypto;
  let person: Person;

  beforeEach(() => {
    crypto = new SteppingCrypto();
    person = new Person();
    guardBackupReset(clientWith(crypto), person);
  });

  const firstStep = () => crypto.bootstrapSecretStorage({ setupNewSecretStorage: true });

  it("is asked about once", async () => {
    await firstStep();
    await crypto.resetKeyBackup();
    expect(person.asked).to.equal(1);
  });

  it("is asked about again where another device put keys into the backup after the first step", async () => {
    await firstStep();
    crypto.backup = { version: "1", etag: "2" };
    await crypto.resetKeyBackup();
    expect(person.asked).to.equal(2);
  });

  it("is asked about again where another device put keys into the backup during the first step", async () => {
    const entered = deferred<void>();
    crypto.passphrase = entered.promise;
    const step = firstStep();
    await soon();
    crypto.backup = { version: "1", etag: "2" };
    entered.resolve();
    await step;
    await crypto.resetKeyBackup();
    expect(person.asked).to.equal(2);
  });

  it("is not the deletion of a backup, which is asked about by itself", async () => {
    await firstStep();
    await crypto.deleteKeyBackupVersion("1");
    expect(person.asked).to.equal(2);
  });

  it("asks nobody at the first step of an account without a backup", async () => {
    crypto.backup = null;
    await firstStep();
    expect(person.asked).to.equal(0);
  });

  it("asks where nobody can tell whether there is a backup", async () => {
    crypto.answers = false;
    await firstStep();
    expect(person.asked).to.equal(1);
  });
});

describe("A guard whose element shows a run of the host's own making", () => {
  it("has that run told of the reset", async () => {
    const crypto = new RecordingCrypto();
    const { account, cryptoStore, rooms } = new TestHost({ homeserverUrl: "http://127.0.0.1:9", decryptionKey: null });
    const controller = new KeyBackupSyncController({ account, cryptoStore, rooms, onBackupChange: () => () => {} });
    const shown: string[] = [];
    crypto.resetKeyBackup = async () => void shown.push(controller.state.status);
    const takeOff = guardBackupReset(clientWith(crypto), Object.assign(new Person(), { controller }));
    await crypto.resetKeyBackup();
    expect(shown).to.deep.equal(["resetting"]);
    takeOff();
    controller.close();
  });
});
