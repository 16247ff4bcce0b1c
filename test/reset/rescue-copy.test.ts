/** A rescue copy, from a controller in mid-import to another client's crypto store. */
import { expect } from "@open-wc/testing";
import { controllerFor } from "../../src/index.js";
import { countRoomKeys, cryptoOf, logIn, openMatrixClient } from "../support/matrix-client.js";
import { openKeyExport } from "../support/open-key-export.js";
import { startSynapseForTest } from "../support/test-synapse.js";
import { GuardedAccount, PASSWORD } from "./guarded-account.js";

const KEYS = 200;
const PASSPHRASE = "the horse is correct";

describe("A rescue copy that is saved in mid-import", () => {
  let account: GuardedAccount;

  beforeEach(async () => {
    account = await GuardedAccount.open(KEYS);
  });

  afterEach(() => account.close());

  it("is a key export with every key, which another client takes through matrix-js-sdk", async () => {
    await account.pauseAfter(KEYS / 2);
    expect(await countRoomKeys(account.client)).to.be.below(KEYS);
    const { stream } = await controllerFor(account.client).rescueCopy(PASSPHRASE);
    const roomKeys = await openKeyExport(await new Response(stream).text(), PASSPHRASE);

    const { url } = await startSynapseForTest();
    const other = await openMatrixClient(url, await logIn(url, account.device.userId, PASSWORD));
    await cryptoOf(other).importRoomKeysAsJson(roomKeys);
    expect(await countRoomKeys(other)).to.equal(KEYS);
    other.stopClient();
  });
});
