import { withImportsInARow } from "../../src/imports-in-a-row.js";
import type { RoomKey } from "../../src/index.js";
import { deferred } from "../support/deferred.js";
import { TestHost } from "../support/test-host.js";

/** However large the heap is, more do not pile up. */
const MANY_ROOM_KEYS = 1500;
const ROOM_KEY: RoomKey = {
  room_id: "!room:localhost",
  session_id: "session",
  algorithm: "m.megolm.v1.aes-sha2",
  sender_key: "",
  session_key: "",
  sender_claimed_keys: {},
  forwarding_curve25519_key_chain: [],
};

describe("room keys that go into a crypto store", () => {
  const collected = deferred<null>();
  const registry = new FinalizationRegistry(collected.resolve);

  it("leave no garbage that piles up", async function () {
    // Other browsers have no such garbage.
    if (!("memory" in performance)) this.skip();
    this.timeout(3000);
    const { cryptoStore } = new TestHost({ homeserverUrl: "http://127.0.0.1", decryptionKey: null });
    registry.register({}, null);
    // It is garbage from the next task on.
    await new Promise((resolve) => setTimeout(resolve));
    await withImportsInARow(cryptoStore).importRoomKeys(Array(MANY_ROOM_KEYS).fill(ROOM_KEY), "1");
    await collected.promise;
  });
});
