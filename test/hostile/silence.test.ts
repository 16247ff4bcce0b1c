/** What a homeserver can do with time. Its clock is the test's: the real one is a matter of minutes. */
import { expect } from "@open-wc/testing";
import { Homeserver } from "../../src/worker/homeserver.js";
import type { Patience } from "../../src/worker/response-pieces.js";
import type { KeyBackup } from "../support/room-keys.mjs";
import { makeKeyBackup } from "../support/room-keys.mjs";
import {
  FOR_EVER,
  type ScriptedAnswer,
  type ScriptedHomeserver,
  type Step,
  scriptedHomeserver,
} from "../support/scripted-homeserver.js";
import { KEYS_PATH, VERSION_PATH, versionAnswer } from "../support/sync-scene.js";
import { isWebKit } from "./engine.js";

/** Milliseconds. */
const PATIENCE = { firstByte: 400, progress: 400 };
/** For what comes in time also on a busy machine, while all of the answer takes longer than this. */
const SOME_PATIENCE = { firstByte: 2000, progress: 2000 };
/** For what comes at once, on however slow a machine. */
const MORE_PATIENCE = { firstByte: 20_000, progress: 20_000 };
/** No browser opens as many to one homeserver. */
const CONNECTIONS = 9;

const ENDLESS = [{ repeat: " ".repeat(100_000), times: FOR_EVER, every: 10 }];

const { signal } = new AbortController();

describe("A homeserver that takes its time", () => {
  let backup: KeyBackup;
  let server: ScriptedHomeserver;
  let homeserver: Homeserver;

  before(async () => {
    backup = await makeKeyBackup({ keys: 3, rooms: 1 });
  });

  afterEach(() => server.close());

  async function open(
    script: { version?: ScriptedAnswer; keys?: ScriptedAnswer },
    patience: Patience = PATIENCE,
  ): Promise<void> {
    server = await scriptedHomeserver({
      [VERSION_PATH]: script.version ?? versionAnswer(backup),
      [KEYS_PATH]: script.keys ?? [],
    });
    homeserver = new Homeserver(server.url, async () => "token", patience);
  }

  async function readRoomKeys(): Promise<number> {
    let bytes = 0;
    for await (const piece of homeserver.getRoomKeys({ version: "1", count: 3 }, signal)) bytes += piece.length;
    return bytes;
  }

  const codeOf = (work: Promise<unknown>) => work.then(String, ({ code }: { code: string }) => code);

  const silences: readonly (readonly [string, readonly Step[]])[] = [
    ["never answers", [{ stall: true }]],
    ["says that it answers, and no more", [{ send: "" }, { stall: true }]],
    ["goes silent in mid-answer", [{ send: '{"rooms":{"!a' }, { stall: true }]],
    ["sends white space, a byte at a time", [{ send: "{" }, { repeat: " ", times: FOR_EVER, every: 30 }]],
    ["sends a room id, a byte at a time", [{ send: '{"rooms":{"!' }, { repeat: "a", times: FOR_EVER, every: 30 }]],
  ];
  for (const [what, body] of silences) {
    it(`and ${what} is given up, whatever it was asked`, async () => {
      await open({ version: { body }, keys: { body } });
      expect(await codeOf(homeserver.getBackupVersion(signal))).to.equal("homeserver-unreachable");
      expect(await codeOf(readRoomKeys())).to.equal("homeserver-unreachable");
    });
  }

  it("for the backup's version in pieces is given up, although each piece comes in time", async () => {
    await open({ version: { body: [{ repeat: " ".repeat(1100), times: FOR_EVER, every: 100 }] } });
    expect(await codeOf(homeserver.getBackupVersion(signal))).to.equal("homeserver-unreachable");
  });

  it("but sends a room key now and then is listened to", async () => {
    const body = [{ repeat: " ".repeat(1100), times: 6, every: 500 }];
    await open({ keys: { body } }, SOME_PATIENCE);
    expect(await readRoomKeys()).to.equal(6 * 1100);
  });

  it("that its listener takes for itself does not count", async () => {
    const body = [{ send: "{" }, { wait: 50 }, { send: "}" }];
    await open({ keys: { body } }, SOME_PATIENCE);
    let bytes = 0;
    for await (const piece of homeserver.getRoomKeys({ version: "1", count: 3 }, signal)) {
      bytes += piece.length;
      await new Promise((resolve) => setTimeout(resolve, SOME_PATIENCE.progress * 1.5));
    }
    expect(bytes).to.equal(2);
  });

  const occupied: readonly (readonly [string, ScriptedAnswer, string, Patience])[] = [
    ["that never came", { body: [{ stall: true }] }, "homeserver-unreachable", PATIENCE],
    ["that stalled", { body: [{ send: "{" }, { stall: true }] }, "homeserver-unreachable", PATIENCE],
    isWebKit
      ? ["with an endless refusal", { status: 401, body: ENDLESS }, "homeserver-unreachable", PATIENCE]
      : ["with an endless refusal", { status: 401, body: ENDLESS }, "unauthorized", MORE_PATIENCE],
    ["with an endless fault", { status: 500, body: ENDLESS }, "homeserver-error", MORE_PATIENCE],
  ];
  for (const [what, answer, code, patience] of occupied) {
    it(`keeps no connection of answers ${what}`, async () => {
      await open({ keys: answer }, patience);
      const codes = new Set<string>();
      for (let times = 0; times < CONNECTIONS; times++) codes.add(await codeOf(readRoomKeys()));
      expect([...codes]).to.deep.equal([code]);
      await server.script({ [KEYS_PATH]: { json: backup.response } });
      homeserver = new Homeserver(server.url, async () => "token", MORE_PATIENCE);
      expect(await readRoomKeys()).to.be.greaterThan(1000);
    });
  }
});
