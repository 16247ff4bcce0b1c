/** Answers without an end, as bytes: more of them than would go over a connection in the time of a test. */
import { expect } from "@open-wc/testing";
import { withinReason } from "../../src/worker/answer-limits.js";
import { KeyBackupParser } from "../../src/worker/key-backup-parser.js";

const MEBIBYTE = 1024 * 1024;
const encoder = new TextEncoder();

function pieceOf(text: string, bytes = MEBIBYTE): Uint8Array {
  return encoder.encode(text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes));
}

async function* forEver(piece: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) yield piece;
}

/** Mebibytes until it is given up, with what error. */
async function readToLimit(text: string, count: number): Promise<{ code: string; mebibytes: number }> {
  let mebibytes = 0;
  try {
    for await (const piece of withinReason(forEver(pieceOf(text)), count)) mebibytes += piece.length / MEBIBYTE;
  } catch (cause) {
    return { code: (cause as { code: string }).code, mebibytes };
  }
  return { code: "none", mebibytes };
}

describe("An answer without an end", () => {
  const withoutRoomKeys: readonly (readonly [string, string])[] = [
    ["white space", " "],
    ["a string", "x"],
    ["lists in lists", "["],
    ["empty rooms", '"!a:b":{"sessions":{}},'],
    ["sessions that are none", '"session":null,'],
    ["what only looks like a room key from afar", "session_data"],
  ];
  for (const [what, text] of withoutRoomKeys) {
    it(`of ${what} is given up after 64 MiB, however many keys there are to be`, async () => {
      const { code, mebibytes } = await readToLimit(text, 1_000_000);
      expect([code, mebibytes]).to.deep.equal(["malformed-response", 64]);
    });
  }

  it("of room keys is given up by what the homeserver counts, and leaves a gibibyte of error", async () => {
    const text = '"session":{"session_data":{}},';
    const [none, some] = [await readToLimit(text, 0), await readToLimit(text, 64_000)];
    expect([none.code, some.code]).to.deep.equal(["malformed-response", "malformed-response"]);
    expect([none.mebibytes, some.mebibytes]).to.deep.equal([1024, 2024]);
  });

  it("is no answer with 50 MB between two room keys", async () => {
    const key = encoder.encode('{"session_data":{}}');
    const pieces = async function* () {
      for (let between = 0; between < 3; between++) {
        yield key;
        for (let sent = 0; sent < 50; sent++) yield pieceOf("x");
      }
    };
    let mebibytes = 0;
    for await (const piece of withinReason(pieces(), 4)) mebibytes += Math.floor(piece.length / MEBIBYTE);
    expect(mebibytes).to.equal(150);
  });
});

describe("The parser takes its time by the byte, whatever comes", () => {
  const endless: readonly (readonly [string, string, string])[] = [
    ["white space", '{"rooms":', " "],
    ["a room id", '{"rooms":{"', "a"],
    ["a session id", '{"rooms":{"!a":{"sessions":{"', "a"],
    ["a ciphertext", '{"rooms":{"!a":{"sessions":{"s":{"session_data":{"ciphertext":"', "a"],
    ["escapes", '{"rooms":{"!a":{"sessions":{"s":"', "\\u0000"],
    ["quotes in a string", '{"rooms":{"!a":{"sessions":{"s":"', '\\"'],
    ["lists in lists", '{"other":', "["],
    ["lists in lists in a session", '{"rooms":{"!a":{"sessions":{"s":', "["],
    ["empty texts in a list", '{"other":[', '"",'],
  ];
  for (const [what, begin, text] of endless) {
    it(`for twice as much of ${what} as can come`, () => {
      const parser = new KeyBackupParser();
      const chunk = pieceOf(text, 8 * MEBIBYTE);
      expect([...parser.parse(encoder.encode(begin))]).to.deep.equal([]);
      for (let chunks = 0; chunks < 16; chunks++) expect([...parser.parse(chunk)]).to.deep.equal([]);
      expect(parser.ended).to.equal(false);
    });
  }
});
