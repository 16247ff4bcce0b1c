import { expect } from "@open-wc/testing";
import { Changes } from "../../src/changes.js";
import { KeyBackupSyncError } from "../../src/errors.js";
import type { RoomKey } from "../../src/host.js";
import { type ImportOptions, importRoomKeys } from "../../src/import.js";
import type { Cursor, NextBatch, SettledBatch } from "../../src/protocol.js";
import type { Intensity, Progress } from "../../src/state.js";

const NO_FAILURES = { malformed: 0, undecryptable: 0, rejected: 0 };
const PROGRESS: Progress = { total: 0, downloaded: 0, imported: 0, failures: NO_FAILURES };
const END: Cursor = { segment: 0, chunk: 0, offset: 0, inside: null };

function roomKey(session_id: string): RoomKey {
  return {
    room_id: "!room:localhost",
    session_id,
    algorithm: "m.megolm.v1.aes-sha2",
    sender_key: "",
    session_key: "",
    sender_claimed_keys: {},
    forwarding_curve25519_key_chain: [],
  };
}

/** An import of batches of so many keys, called 0, 1, 2 and so on, into a crypto store that the test is in charge of. */
class Scene {
  /** Session IDs. */
  readonly settled: string[] = [];
  readonly rejected: string[] = [];
  readonly taken = new Set<string>();
  readonly rests: number[] = [];
  intensity: Intensity = "balanced";
  /** The last batches come, and nothing more, while the answer that there are none is on its way. */
  endsMeanwhile = false;
  readonly #spooled = new Changes();
  #isMore = true;
  /** Called before each import, with the number of calls so far: may throw. */
  beforeImport: (sessionIds: readonly string[], calls: number) => void = () => {};
  /** Dropped, and counted as such. */
  dropped: readonly string[] = [];
  readonly #batches: RoomKey[][];
  /** Given, and not settled. */
  #given: string[] = [];
  #calls = 0;

  constructor(...sizes: number[]) {
    let last = 0;
    this.#batches = sizes.map((size) => Array.from({ length: size }, () => roomKey(String(last++))));
  }

  run(): Promise<void> {
    const options: ImportOptions = {
      nextBatch: async (_limit, settled) => this.#next(settled),
      cryptoStore: { importRoomKeys: async (roomKeys) => this.#import(roomKeys.map((key) => key.session_id)) },
      backupVersion: "1",
      signal: new AbortController().signal,
      intensity: () => this.intensity,
      rest: async (milliseconds) => void this.rests.push(milliseconds),
      onProgress: () => {},
      spooled: this.#spooled,
      isMoreToCome: () => this.#isMore,
    };
    return importRoomKeys(options);
  }

  /** How many keys are imported, and how many rejected. */
  get counts(): readonly [number, number] {
    return [this.settled.length - this.rejected.length, this.rejected.length];
  }

  #next(settled: SettledBatch | null): NextBatch {
    if (settled) this.#settle(settled);
    if (this.endsMeanwhile) return this.#end();
    const isUnsettled = this.#given.length > 0;
    const roomKeys = this.#batches.shift() ?? (isUnsettled ? [] : null);
    if (!roomKeys) return { kind: "end", progress: PROGRESS };
    this.#given.push(...roomKeys.map(({ session_id }) => session_id));
    return { kind: "batch", batch: { roomKeys, failures: NO_FAILURES, end: END }, progress: PROGRESS };
  }

  #end(): NextBatch {
    this.endsMeanwhile = false;
    this.#isMore = false;
    this.#spooled.note();
    return { kind: "caught-up", progress: PROGRESS };
  }

  #settle({ rejected }: SettledBatch): void {
    this.settled.push(...this.#given);
    this.rejected.push(...rejected.map((index) => this.#given[index] ?? "none"));
    this.#given = [];
  }

  #import(sessionIds: readonly string[]): { rejected: number } {
    this.beforeImport(sessionIds, ++this.#calls);
    const taken = sessionIds.filter((sessionId) => !this.dropped.includes(sessionId));
    for (const sessionId of taken) this.taken.add(sessionId);
    return { rejected: sessionIds.length - taken.length };
  }
}

const refuse = (): never => {
  throw new Error("refused");
};

async function faultOf(work: Promise<void>): Promise<unknown> {
  return work.then(
    () => null,
    (fault: unknown) => fault,
  );
}

async function expectImportFailed(scene: Scene): Promise<void> {
  const fault = await faultOf(scene.run());
  expect(fault).to.be.instanceOf(KeyBackupSyncError).with.property("code", "import-failed");
}

describe("The import", () => {
  it("takes what came last while it heard that there was nothing", async () => {
    const scene = new Scene(16);
    scene.endsMeanwhile = true;
    await scene.run();
    expect(scene.counts).to.deep.equal([16, 0]);
  });

  for (const calls of [1, 2, 3, 9, 20, 31]) {
    it(`loses no key to a fault that passes after ${calls} calls`, async () => {
      const scene = new Scene(16, 16);
      scene.beforeImport = (_keys, call) => call <= calls && refuse();
      await scene.run();
      expect(scene.counts).to.deep.equal([32, 0]);
      expect(scene.taken.size).to.equal(32);
    });
  }

  it("loses no key to a fault that comes and passes between two others", async () => {
    const scene = new Scene(16, 16, 16);
    scene.beforeImport = (_keys, call) => call > 1 && call < 20 && refuse();
    await scene.run();
    expect(scene.counts).to.deep.equal([48, 0]);
  });

  it("rejects those keys that the crypto store refuses twice, and takes all others", async () => {
    const bad = ["3", "4", "5", "20"];
    const scene = new Scene(16, 16);
    scene.beforeImport = (keys) => keys.some((key) => bad.includes(key)) && refuse();
    await scene.run();
    expect(scene.counts).to.deep.equal([28, 4]);
    expect(scene.rejected).to.deep.equal(bad);
  });

  it("rejects those keys that the crypto store drops, though it only counts them", async () => {
    const scene = new Scene(16, 16);
    scene.dropped = ["3", "15", "20"];
    await scene.run();
    expect(scene.rejected).to.deep.equal(["3", "15", "20"]);
    expect(scene.taken.size).to.equal(29);
  });

  it("rejects a refused key that is alone in its batch, once another one follows", async () => {
    const scene = new Scene(16, 1, 1);
    scene.beforeImport = (keys) => keys.includes("16") && refuse();
    await scene.run();
    expect(scene.rejected).to.deep.equal(["16"]);
    expect(scene.settled).to.have.lengthOf(18);
  });

  it("takes the good keys behind 300 in a row that the crypto store refuses, and rejects only these", async () => {
    const scene = new Scene(16, 84, 100, 100, 50, 50);
    scene.beforeImport = (keys) => keys.some((key) => Number(key) < 300) && refuse();
    await scene.run();
    expect(scene.counts).to.deep.equal([100, 300]);
    expect(scene.taken.size).to.equal(100);
  });

  it("takes every good key in whatever order the refused ones come", async () => {
    const isBad: Record<string, (at: number) => boolean> = {
      "every other one": (at) => at % 2 === 0,
      "every other batch": (at) => at % 100 < 50,
      "all but one": (at) => at !== 399,
      "some hundreds in the middle": (at) => at >= 20 && at < 390,
    };
    for (const [order, isRefused] of Object.entries(isBad)) {
      const scene = new Scene(...Array(8).fill(50));
      scene.beforeImport = (keys) => keys.some((key) => isRefused(Number(key))) && refuse();
      await scene.run();
      const bad = Array.from({ length: 400 }, (_, at) => at).filter(isRefused).length;
      expect(scene.counts, order).to.deep.equal([400 - bad, bad]);
    }
  });

  it("ends where the crypto store takes nothing of what is left, after some thousand tries", async () => {
    const scene = new Scene(16, ...Array(100).fill(500));
    let calls = 0;
    scene.beforeImport = () => ++calls > 1 && refuse();
    await expectImportFailed(scene);
    expect(scene.counts).to.deep.equal([16, 0]);
    expect(calls).to.be.lessThan(15_000);
  });

  it("ends at a refused key that nothing follows, and loses none", async () => {
    const scene = new Scene(16, 1);
    scene.beforeImport = (keys) => keys.includes("16") && refuse();
    await expectImportFailed(scene);
    expect(scene.counts).to.deep.equal([16, 0]);
  });

  it("ends where the crypto store takes nothing from the start", async () => {
    const scene = new Scene(16);
    scene.beforeImport = refuse;
    await expectImportFailed(scene);
    expect(scene.settled).to.deep.equal([]);
  });

  it("ends where the crypto store takes nothing more, and settles only what it took", async () => {
    const scene = new Scene(16, 16);
    scene.beforeImport = (_keys, call) => call > 1 && refuse();
    await expectImportFailed(scene);
    expect(scene.counts).to.deep.equal([16, 0]);
  });

  it("ends where the crypto store no longer writes, though it takes what it has", async () => {
    const scene = new Scene(16, 16, 16, 16);
    scene.beforeImport = (keys, call) => call > 1 && keys.some((key) => !scene.taken.has(key)) && refuse();
    await expectImportFailed(scene);
    expect(scene.counts).to.deep.equal([16, 0]);
  });

  it("loses no key where it failed when the crypto store still fails at the next try", async () => {
    const scene = new Scene(16, 16, 16);
    scene.beforeImport = (keys) => keys.some((key) => Number(key) >= 10) && refuse();
    await expectImportFailed(scene);
    expect(scene.settled).to.deep.equal([]);
  });

  it("loses no key of the batches that a crypto store refused until it was well again", async () => {
    const scene = new Scene(16, 16, 16);
    scene.beforeImport = (keys, call) => call > 1 && !keys.includes("32") && !scene.taken.has("32") && refuse();
    await scene.run();
    expect(scene.counts).to.deep.equal([48, 0]);
    expect(scene.taken.size).to.equal(48);
  });
});

describe("The intensity of the import", () => {
  it("gentle rests twice as long as each call took", async () => {
    const scene = new Scene(16, 16);
    scene.intensity = "gentle";
    scene.beforeImport = () => {
      for (const until = performance.now() + 20; performance.now() < until; );
    };
    await scene.run();
    expect(scene.rests).to.have.lengthOf(2);
    expect(Math.min(...scene.rests)).to.be.at.least(38);
  });

  it("balanced and fast do not rest", async () => {
    for (const intensity of ["balanced", "fast"] as const) {
      const scene = new Scene(16, 16);
      scene.intensity = intensity;
      await scene.run();
      expect(scene.rests).to.deep.equal([]);
    }
  });

  it("may change in the middle of a run", async () => {
    const scene = new Scene(16, 16, 16);
    scene.beforeImport = (_keys, call) => {
      scene.intensity = call === 2 ? "gentle" : "fast";
    };
    await scene.run();
    expect(scene.rests).to.have.lengthOf(1);
  });
});
