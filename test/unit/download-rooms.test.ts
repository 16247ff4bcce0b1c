import { expect } from "@open-wc/testing";
import { KeyBackupSyncError } from "../../src/errors.js";
import { backupIdOf } from "../../src/worker/backup-id.js";
import { downloadRooms } from "../../src/worker/download-rooms.js";
import { Spool } from "../../src/worker/spool.js";
import { putChunk } from "../support/put-chunk.js";

const BACKUP = { version: "1", etag: "1", count: 9 };
const ID = backupIdOf("1", "public key");
const encoder = new TextEncoder();
const room = encoder.encode('{"sessions":{"s":1}}');
const MORE_THAN_ONE_HEAD = 2 * 1024 * 1024;
const beginning = encoder.encode(`{"sessions":{"s":"${"x".repeat(MORE_THAN_ONE_HEAD)}"`);

/** The answers of the homeserver, room by room, and which of them are still open. */
class Answers {
  readonly open = new Set<string>();
  readonly #answers: Readonly<Record<string, () => Iterable<Uint8Array>>>;

  constructor(answers: Readonly<Record<string, () => Iterable<Uint8Array>>>) {
    this.#answers = answers;
  }

  async *of(roomId: string): AsyncGenerator<Uint8Array, void, undefined> {
    this.open.add(roomId);
    try {
      yield* this.#answers[roomId]?.() ?? [room];
    } finally {
      this.open.delete(roomId);
    }
  }
}

/** What is missing of a backup of which one room, and the beginning of another one, are there. */
async function downloadMissing(answers: Answers, ...knownRooms: readonly string[]) {
  const identity = { userId: `@${crypto.randomUUID()}:localhost`, deviceId: "D", homeserverUrl: "http://127.0.0.1" };
  const spool = new Spool(identity);
  await spool.addBackup(BACKUP, "public key");
  await spool.addSegment(ID, BACKUP, { of: "backup", inMemory: false });
  const bytes = encoder.encode('{"rooms":{"!whole":{"sessions":{"s":1}},"!cut":{"sessions":{"s":1,');
  const row = await putChunk(spool, { backupId: ID, segment: 0, chunk: 0 }, bytes, 2);
  const { signal } = new AbortController();
  const options = { spool, backupId: ID, backup: BACKUP, inMemory: false, onSpooled: () => {}, signal, knownRooms };
  await downloadRooms({ ...options, piecesOf: (roomId) => answers.of(roomId) }, row);
  return spool;
}

describe("A download room by room", () => {
  it("ends the request for a long answer that is no room's", async () => {
    const answers = new Answers({ "!page": () => Array.from({ length: 9 }, () => new Uint8Array(MORE_THAN_ONE_HEAD)) });
    await downloadMissing(answers, "!page", "!other");
    expect([...answers.open]).to.deep.equal([]);
  });

  it("keeps a piece though the next one comes in the same memory", async () => {
    const [begins, ends] = [room.subarray(0, 9), room.subarray(9)];
    const answers = new Answers({
      *"!other"() {
        const memory = new Uint8Array(room.length);
        for (const part of [begins, ends]) {
          memory.set(part);
          yield memory.subarray(0, part.length);
        }
      },
    });
    const spool = await downloadMissing(answers, "!other");
    const spooled = new TextDecoder().decode(
      (await spool.readChunk({ backupId: ID, segment: 1, chunk: 0 }, 0)) ?? undefined,
    );
    expect(JSON.parse(spooled).rooms["!other"]).to.deep.equal({ sessions: { s: 1 } });
  });

  it("ends the requests that are under way when another one fails", async () => {
    const answers = new Answers({
      *"!gone"() {
        yield beginning;
        throw new KeyBackupSyncError("homeserver-unreachable");
      },
      "!long": () => [beginning, encoder.encode("}}")],
    });
    const code = await downloadMissing(answers, "!gone", "!long", "!other").catch((cause) => cause.code);
    expect(code).to.equal("homeserver-unreachable");
    expect([...answers.open]).to.deep.equal([]);
  });
});
