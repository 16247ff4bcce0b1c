import * as wasm from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import * as otherWasm from "matrix-sdk-crypto-wasm-oldest";
import { fromOlmMachine } from "../../src/from-olm-machine.js";
import { makeKeyBackup, makeRoomKey } from "../support/room-keys.mjs";
import { hostContract } from "./host.contract.js";
import { lostStoreContract } from "./lost-store.contract.js";
import { openMachine, openOlmMachine } from "./olm-machine-on-trial.js";
import { roomKeysContract } from "./room-keys.contract.js";

hostContract("An OlmMachine", (homeserver) => openOlmMachine(homeserver, wasm, fromOlmMachine));

roomKeysContract("An OlmMachine", (homeserver) => openOlmMachine(homeserver, wasm, fromOlmMachine));

for (const isInMemory of [true, false]) {
  lostStoreContract("An OlmMachine", isInMemory, (homeserver) =>
    openOlmMachine(homeserver, wasm, fromOlmMachine, isInMemory),
  );
}

const DEVICE = {
  homeserver: "https://localhost",
  userId: "@alice:localhost",
  deviceId: "DEVICE",
  accessToken: "token",
};

describe("An OlmMachine as a host", () => {
  let machine: wasm.OlmMachine;

  beforeEach(async () => {
    await wasm.initAsync();
    machine = await openMachine(wasm, DEVICE.userId);
  });

  afterEach(() => machine.close());

  it("rejects the keys of a room that cannot be, and takes the others", async () => {
    const { cryptoStore } = fromOlmMachine(machine, DEVICE);
    const roomKeys = ["!a:b", "!\u0000:b", "!a:b", "!\u0000:b", "!c:d"].map((id) => makeRoomKey(id));
    expect(await cryptoStore.importRoomKeys(roomKeys, "1")).to.deep.equal({ rejected: 2 });
    expect((await machine.roomKeyCounts()).total).to.equal(3);
  });

  it("knows the rooms that the page knows, and those of its crypto store", async () => {
    const { cryptoStore, rooms } = fromOlmMachine(machine, { ...DEVICE, knownRooms: () => ["!page:localhost"] });
    const { roomKeys } = await makeKeyBackup({ keys: 4, rooms: 2 });
    await cryptoStore.importRoomKeys(roomKeys, "1");
    const inStore = ["!synthetic00000000:localhost", "!synthetic00000001:localhost"];
    expect([...(await rooms.known())].sort()).to.deep.equal(["!page:localhost", ...inStore]);
  });

  it("asks the page for its access token whenever one is needed", async () => {
    let token = "token-1";
    const { account } = fromOlmMachine(machine, { ...DEVICE, accessToken: () => token });
    expect(account.getAccessToken()).to.equal("token-1");
    token = "token-2";
    expect(account.getAccessToken()).to.equal("token-2");
    expect(await account.renewAccessToken("token-1")).to.equal("token-2");
  });

  it("of another copy of crypto-wasm is refused", async () => {
    await otherWasm.initAsync();
    const other = await otherWasm.OlmMachine.initialize(
      new otherWasm.UserId(DEVICE.userId),
      new otherWasm.DeviceId(DEVICE.deviceId),
    );
    expect(() => fromOlmMachine(other as unknown as wasm.OlmMachine, DEVICE)).to.throw(TypeError, "another copy");
    other.close();
  });
});
