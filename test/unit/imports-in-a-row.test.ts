import { expect } from "@open-wc/testing";
import { collectingInTime } from "../../src/collect-in-time.js";
import { withImportsInARow } from "../../src/imports-in-a-row.js";
import { fromMatrixClient, type MatrixClientLike, type RoomKey } from "../../src/index.js";
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

const MB = 1_000_000;

interface Transferable {
  transfer?(this: ArrayBuffer, length?: number): ArrayBuffer;
}

describe("room keys that go into a crypto store", () => {
  const collected = deferred<null>();
  const registry = new FinalizationRegistry(collected.resolve);

  it("leave no garbage that piles up", async function () {
    // Other browsers have no such garbage.
    if (!("memory" in performance)) this.skip();
    this.timeout(12_000);
    const { cryptoStore } = new TestHost({ homeserverUrl: "http://127.0.0.1", decryptionKey: null });
    registry.register({}, null);
    // It is garbage from the next task on.
    await new Promise((resolve) => setTimeout(resolve));
    await withImportsInARow(cryptoStore).importRoomKeys(Array(MANY_ROOM_KEYS).fill(ROOM_KEY), "1");
    await collected.promise;
  });
});

describe("Two hosts of one client", () => {
  it("import one after the other: a worse copy of a key is not to overwrite a better one", async () => {
    const [first, second] = [1, 2].map(() => new TestHost({ homeserverUrl: "http://127.0.0.1", decryptionKey: null }));
    const hold = deferred<number>();
    const client = {};
    if (!first || !second) throw new Error("There are two");
    first.beforeImport = () => hold.promise;
    const held = withImportsInARow(first.cryptoStore, client).importRoomKeys([ROOM_KEY], "1");
    const next = withImportsInARow(second.cryptoStore, client).importRoomKeys([ROOM_KEY], "1");
    await new Promise((resolve) => setTimeout(resolve));
    expect(second.importedInAll).to.equal(0);
    hold.resolve(0);
    await Promise.all([held, next]);
    expect(second.importedInAll).to.equal(1);
  });

  it("are known to be of one client", () => {
    const client = {
      getUserId: () => "@a:b",
      getDeviceId: () => "D",
      getHomeserverUrl: () => "",
      getCrypto: () => crypto,
    };
    const hosts = [1, 2].map(() => fromMatrixClient(client as unknown as MatrixClientLike));
    expect(hosts.map(({ importer }) => importer)).to.deep.equal([crypto, crypto]);
  });
});

describe("What is asked for to have garbage collected in time", () => {
  const prototype: Pick<ArrayBuffer, "byteLength"> & Transferable = ArrayBuffer.prototype;
  const { transfer } = prototype;
  const memory = Object.getOwnPropertyDescriptor(performance, "memory");
  let askedFor: number[] = [];
  let isRefused = false;

  beforeEach(() => {
    askedFor = [];
    prototype.transfer = function (length) {
      askedFor.push(this.byteLength / MB);
      if (isRefused) throw new RangeError("Array buffer allocation failed");
      return new ArrayBuffer(length ?? 0);
    };
  });

  afterEach(() => {
    if (transfer) prototype.transfer = transfer;
    else delete prototype.transfer;
    if (memory) Object.defineProperty(performance, "memory", memory);
    else Reflect.deleteProperty(performance, "memory");
  });

  /** @param used in megabytes @param roomKeys by the hundred @param most in megabytes */
  async function askedForIn(used: number, roomKeys: number, most = 4000): Promise<number[]> {
    const value = { usedJSHeapSize: used * MB, jsHeapSizeLimit: most * MB };
    Object.defineProperty(performance, "memory", { value, configurable: true });
    for (let at = 0; at < roomKeys; at += 100) await collectingInTime(100, async () => {});
    return askedFor;
  }

  it("is little and often beside a small app", async () => {
    expect(await askedForIn(10, 900)).to.deep.equal([192, 192, 192]);
  });

  it("is more, and not as often, beside a big one", async () => {
    expect(await askedForIn(100, 1300)).to.deep.equal([300]);
  });

  it("is never so much that all else would stop", async () => {
    expect(await askedForIn(400, 1500, 1000)).to.deep.equal([250]);
  });

  // At the end, for it lasts as long as the page.
  it("is half as much where that was refused", async () => {
    isRefused = true;
    expect(await askedForIn(10, 900)).to.deep.equal([192, 96, 48]);
  });
});
