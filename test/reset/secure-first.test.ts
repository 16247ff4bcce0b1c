/** A reset that the client starts by itself, where the guard secures the keys first: a real client and a real Synapse. */
import { expect } from "@open-wc/testing";
import { controllerFor } from "../../src/index.js";
import { all } from "../components/on-page.js";
import { codeOf } from "../support/code-of.js";
import { countRoomKeys, cryptoOf } from "../support/matrix-client.js";
import { GuardedAccount } from "./guarded-account.js";

const KEYS = 40;

describe("A reset that the client starts by itself", () => {
  let account: GuardedAccount;

  afterEach(() => account.close());

  /** Since the account was opened. */
  function questions(): () => number {
    let asked = 0;
    const { confirmReset } = account.element;
    account.element.confirmReset = (question) => {
      asked++;
      return confirmReset.call(account.element, question);
    };
    return () => asked;
  }

  it("waits until every key is here, then goes on without a question", async () => {
    account = await GuardedAccount.open(KEYS, { automatic: "secure-first" });
    const asked = questions();
    const before = await account.backup();
    await cryptoOf(account.client).resetKeyBackup();
    expect((await account.backup())?.version).not.to.equal(before?.version);
    expect(asked()).to.equal(0);
    await account.until(() => account.element.state.status === "complete", "The download is complete");
    expect(await countRoomKeys(account.client)).to.equal(KEYS);
  });

  it("asks without it", async () => {
    account = await GuardedAccount.open(KEYS);
    const reset = codeOf(cryptoOf(account.client).resetKeyBackup());
    await account.answer("Cancel");
    expect(await reset).to.equal("reset-declined");
    expect(all(account.element, "dialog[open]")).to.have.lengthOf(0);
    expect(controllerFor(account.client).state.status).to.equal("idle");
  });
});
