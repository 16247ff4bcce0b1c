import * as newest from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import * as oldest from "matrix-sdk-crypto-wasm-oldest";
import { bestCopies, firstMessageIndexOf } from "../../src/best-copies.js";
import { fromOlmMachine } from "../../src/from-olm-machine.js";
import { withImportsInARow } from "../../src/imports-in-a-row.js";
import type { RoomKey } from "../../src/index.js";
import { olmMachine } from "../contract/oldest-peers.js";
import { openMachine } from "../contract/olm-machine-on-trial.js";
import { copyFrom } from "../support/copy-from.js";
import { makeRoomKey } from "../support/room-keys.mjs";

const USER_ID = "@alice:localhost";
const ACCOUNT = { homeserver: "https://localhost", userId: USER_ID, deviceId: "DEVICE", accessToken: "token" };

describe("A megolm session that comes twice", () => {
  it("counts once, by its better copy, and in another room once more", async () => {
    const roomKey = makeRoomKey("!room:localhost");
    const elsewhere = { ...roomKey, room_id: "!other:localhost" };
    const [worse, better, best] = [copyFrom(roomKey, 70_000), copyFrom(roomKey, 5), copyFrom(roomKey, 0)];
    expect(bestCopies([better, worse, elsewhere])).to.deep.equal([better, elsewhere]);
    expect(bestCopies([worse, best, better])).to.deep.equal([best]);
  });

  const peers = [
    { name: "crypto-wasm 18.9", wasm: newest, adapter: fromOlmMachine },
    { name: "crypto-wasm 12.0", wasm: oldest as unknown as typeof newest, adapter: olmMachine.fromOlmMachine },
  ];
  for (const { name, wasm, adapter } of peers) {
    it(`is in the store of ${name} by its better copy, whatever the order`, async () => {
      await wasm.initAsync();
      const machine = await openMachine(wasm, USER_ID);
      const store = withImportsInARow(adapter(machine, ACCOUNT).cryptoStore);
      const [first, second] = [makeRoomKey("!room:localhost"), makeRoomKey("!room:localhost")];
      await store.importRoomKeys([copyFrom(first, 0), copyFrom(first, 5)], "1");
      await store.importExportedRoomKeys([copyFrom(second, 0), copyFrom(second, 5)]);
      const stored = JSON.parse(await machine.exportRoomKeys(() => true)) as RoomKey[];
      machine.close();
      expect(stored.map(firstMessageIndexOf)).to.deep.equal([0, 0]);
    });
  }
});
