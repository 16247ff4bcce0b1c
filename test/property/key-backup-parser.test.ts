import { expect } from "@open-wc/testing";
import { JsonScanner } from "../../src/worker/json-scanner.js";
import { type BackedUpSession, KeyBackupParser } from "../../src/worker/key-backup-parser.js";
import { fc } from "../support/seeded.js";
import { cuts, keyBackupText, piecesOf } from "./key-backup-text.js";

const RUNS = { numRuns: 300 };
const encoder = new TextEncoder();

function parse(pieces: readonly Uint8Array[], parser = new KeyBackupParser()): BackedUpSession[] {
  return pieces.flatMap((piece) => [...parser.parse(piece)]);
}

/** What JSON.parse makes of it, in an order that does not depend on how an object orders its names. */
function parsedWhole(text: string): string[] {
  const { rooms } = JSON.parse(text) as { rooms: Record<string, { sessions: Record<string, unknown> }> };
  const sessions = Object.entries(rooms).flatMap(([roomId, room]) =>
    Object.entries(room.sessions).map(([sessionId, value]) => ({ roomId, sessionId, value })),
  );
  return inOrder(sessions);
}

function inOrder(sessions: readonly BackedUpSession[]): string[] {
  return sessions.map(({ roomId, sessionId, value }) => JSON.stringify([roomId, sessionId, value])).sort();
}

describe("The parser, of any key backup", () => {
  it("gives the sessions in their order, however the bytes are cut", () => {
    fc.assert(
      fc.property(keyBackupText, cuts, ({ text, sessions }, at) => {
        const parser = new KeyBackupParser();
        expect(parse(piecesOf(encoder.encode(text), at), parser)).to.deep.equal(sessions);
        expect(parser.ended).to.equal(true);
      }),
      RUNS,
    );
  });

  it("gives the sessions byte by byte", () => {
    fc.assert(
      fc.property(keyBackupText, ({ text, sessions }) => {
        expect(parse(Array.from(encoder.encode(text), (byte) => Uint8Array.of(byte)))).to.deep.equal(sessions);
      }),
      RUNS,
    );
  });

  it("gives what JSON.parse gives of the whole", () => {
    fc.assert(
      fc.property(keyBackupText, ({ text }) => {
        expect(inOrder(parse([encoder.encode(text)]))).to.deep.equal(parsedWhole(text));
      }),
      RUNS,
    );
  });

  it("gives the same ids where no values are wanted", () => {
    fc.assert(
      fc.property(keyBackupText, cuts, ({ text, sessions }, at) => {
        const found = parse(piecesOf(encoder.encode(text), at), new KeyBackupParser(null, false));
        expect(found).to.deep.equal(sessions.map((session) => ({ ...session, value: undefined })));
      }),
      RUNS,
    );
  });

  it("takes no part of it for the whole, and gives nothing that is not in the whole", () => {
    fc.assert(
      fc.property(keyBackupText, fc.nat(), ({ text, sessions }, cut) => {
        const bytes = encoder.encode(text.trimEnd());
        const parser = new KeyBackupParser();
        const found = parse([bytes.slice(0, cut % bytes.length)], parser);
        expect(parser.ended).to.equal(false);
        expect(found).to.deep.equal(sessions.slice(0, found.length));
      }),
      RUNS,
    );
  });

  it("goes on behind any session as if it had never stopped", () => {
    fc.assert(
      fc.property(keyBackupText, fc.nat(), ({ text, sessions }, stop) => {
        fc.pre(sessions.length > 0);
        const bytes = encoder.encode(text);
        const parser = new KeyBackupParser();
        const before: BackedUpSession[] = [];
        for (const session of parser.parse(bytes)) {
          before.push(session);
          if (before.length > stop % sessions.length) break;
        }
        const after = parse([bytes.slice(parser.offset)], new KeyBackupParser(parser.place));
        expect([...before, ...after]).to.deep.equal(sessions);
      }),
      RUNS,
    );
  });

  it("never crashes at other bytes: it throws what a run can tell, or it goes on", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.constantFrom(...'{}[]":,\\ 1nu'), { maxLength: 60 }).map((all) => encoder.encode(all.join(""))),
    );
    fc.assert(
      fc.property(keyBackupText, fc.nat(), bytes, ({ text }, at, others) => {
        const right = encoder.encode(text);
        const place = at % (right.length + 1);
        try {
          parse([right.slice(0, place), others, right.slice(place)]);
        } catch (cause) {
          expect(cause).to.have.property("code", "malformed-response");
        }
      }),
      RUNS,
    );
  });
});

describe("The scanner", () => {
  it("stops just behind any value, whatever follows and however it is cut", () => {
    const behind = fc.constantFrom(",", "}", "]", " ", ',"', "}}", '\n{"');
    fc.assert(
      fc.property(fc.json(), behind, cuts, (json, rest, at) => {
        const [value, all] = [encoder.encode(json), encoder.encode(json + rest)];
        const scanner = new JsonScanner();
        scanner.begin();
        let passed = 0;
        for (const piece of piecesOf(all, at)) {
          scanner.feed(piece);
          const isFinished = scanner.finish();
          passed += scanner.at;
          if (isFinished) break;
        }
        expect(passed).to.equal(value.length);
      }),
      RUNS,
    );
  });
});
