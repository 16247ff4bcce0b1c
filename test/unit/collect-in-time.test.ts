import { collectInTime } from "../../src/collect-in-time.js";
import { deferred } from "../support/deferred.js";

/** More than are let pile up. */
const MANY_ROOM_KEYS = 1000;

describe("the garbage of looking up room keys", () => {
  const collected = deferred<null>();
  const registry = new FinalizationRegistry(collected.resolve);

  it("is collected soon where it piles up", async function () {
    // Other browsers have no such garbage.
    if (!("memory" in performance)) this.skip();
    this.timeout(3000);
    registry.register({}, null);
    // It is garbage from the next task on.
    await new Promise((resolve) => setTimeout(resolve));
    collectInTime(MANY_ROOM_KEYS);
    await collected.promise;
  });
});
