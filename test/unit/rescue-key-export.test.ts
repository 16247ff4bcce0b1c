import { initAsync, OlmMachine } from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import type { RoomKey } from "../../src/host.js";
import { nextTask } from "../../src/next-task.js";
import { writeKeyExport } from "../../src/worker/rescue/key-export.js";
import { each, fileOf } from "../support/async-pieces.js";
import { openKeyExport } from "../support/open-key-export.js";
import { makeRoomKey } from "../support/room-keys.mjs";

const PASSPHRASE = "correct horse 🔋 staple";
/** The crypto of it is none: a key export takes whatever it is given. */
const ROOM_KEY: RoomKey = {
  algorithm: "m.megolm.v1.aes-sha2",
  room_id: "!room:example.org",
  session_id: "session",
  sender_key: "sender",
  session_key: "é".repeat(200),
  sender_claimed_keys: { ed25519: "claimed" },
  forwarding_curve25519_key_chain: [],
};

function roomKeys(count: number): RoomKey[] {
  return Array.from({ length: count }, (_, at) => ({ ...ROOM_KEY, session_id: `session ${at}` }));
}

async function exported(keys: Iterable<RoomKey>, passphrase = PASSPHRASE): Promise<string> {
  return (await fileOf(writeKeyExport(each(keys), passphrase))).text();
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail("It did not fail"),
    (error: Error) => error,
  );
}

/** Room keys as they are taken. */
class Source {
  taken = 0;
  isDone = false;

  async *take(count: number): AsyncGenerator<RoomKey> {
    try {
      for (; this.taken < count; this.taken++) yield ROOM_KEY;
    } finally {
      this.isDone = true;
    }
  }
}

describe("A key export", () => {
  for (const count of [0, 1, 1000]) {
    it(`of ${count} room keys opens by the specification`, async () => {
      const json = await openKeyExport(await exported(roomKeys(count)), PASSPHRASE);
      expect(JSON.parse(json)).to.deep.equal(roomKeys(count));
    });
  }

  it("opens in the crypto library of other clients", async () => {
    await initAsync();
    const roomKey = makeRoomKey("!room:example.org");
    const json = OlmMachine.decryptExportedRoomKeys(await exported([roomKey]), PASSPHRASE);
    const [opened] = JSON.parse(json) as RoomKey[];
    expect(opened).to.deep.include(roomKey);
  });

  it("does not open with another passphrase", async () => {
    const { message } = await failureOf(openKeyExport(await exported([ROOM_KEY]), `${PASSPHRASE} `));
    expect(message).to.equal("Wrong passphrase");
  });

  it("is another each time", async () => {
    const [first, second] = await Promise.all([exported([ROOM_KEY]), exported([ROOM_KEY])]);
    expect(first.slice(0, 120)).not.to.equal(second.slice(0, 120));
  });

  it("is not made without a passphrase", () => {
    expect(() => writeKeyExport(each([ROOM_KEY]), ""))
      .to.throw()
      .with.property("code", "passphrase-missing");
  });

  it("breaks off with the fault that kept it from its end", async () => {
    const fault = new Error("No more keys");
    async function* broken() {
      yield ROOM_KEY;
      throw fault;
    }
    const reader = writeKeyExport(broken(), PASSPHRASE).getReader();
    const readAll = async () => {
      while (!(await reader.read()).done);
    };
    expect(await failureOf(readAll())).to.equal(fault);
  });

  it("takes no room key that is not read, and leaves them when it is no longer wanted", async () => {
    const source = new Source();
    const stream = writeKeyExport(source.take(100_000), PASSPHRASE);
    await nextTask();
    expect(source.taken).to.equal(0);
    const reader = stream.getReader();
    for (let reads = 0; reads < 4; reads++) await reader.read();
    const { taken } = source;
    for (let tasks = 0; tasks < 200; tasks++) await nextTask();
    expect(source.taken).to.equal(taken);
    await reader.cancel();
    expect(source.isDone).to.equal(true);
    expect(source.taken).to.be.within(1, 2000);
  });

  it("of 200,000 room keys is made no faster than it is read", async () => {
    const source = new Source();
    const reader = writeKeyExport(source.take(200_000), PASSPHRASE).getReader();
    const keyBytes = JSON.stringify(ROOM_KEY).length;
    let most = 0;
    for (let before = 0; !(await reader.read()).done; before = source.taken) {
      await nextTask();
      most = Math.max(most, source.taken - before);
    }
    expect(source.taken).to.equal(200_000);
    expect(most * keyBytes).to.be.lessThan(3 * 64 * 1024);
  });
});
