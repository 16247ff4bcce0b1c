import { expect } from "@open-wc/testing";
import * as fc from "fast-check";
import { type BackedUpSession, KeyBackupParser } from "../../src/worker/key-backup-parser.js";

const encoder = new TextEncoder();

function parse(text: string, ...cuts: readonly number[]): BackedUpSession[] {
  const bytes = encoder.encode(text);
  const parser = new KeyBackupParser();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).flatMap((end, at) => [...parser.parse(bytes.slice(places[at], end))]);
}

/** With its seed in the message when it fails. */
const check = (property: fc.IProperty<never>): void => fc.assert(property as fc.IProperty<unknown>, { numRuns: 300 });

const backups = fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }), { maxKeys: 4 });

function sessionsOf(rooms: Record<string, Record<string, unknown>>): BackedUpSession[] {
  return Object.entries(rooms).flatMap(([roomId, sessions]) =>
    Object.entries(sessions).map(([sessionId, value]) => ({ roomId, sessionId, value })),
  );
}

function textOf(rooms: Record<string, Record<string, unknown>>, space?: number): string {
  const all = Object.entries(rooms).map(([roomId, sessions]) => [roomId, { sessions }]);
  return JSON.stringify({ rooms: Object.fromEntries(all) }, null, space);
}

/** JSON has no -0, and no own __proto__ survives an object literal. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("The parser", () => {
  it("gives the same sessions however the bytes are cut", () => {
    const cuts = fc.array(fc.nat(), { maxLength: 8 });
    check(
      fc.property(backups, cuts, fc.constantFrom(undefined, 2), (rooms, at, space) => {
        expect(plain(parse(textOf(rooms, space), ...at))).to.deep.equal(
          plain(sessionsOf(plain(rooms) as typeof rooms)),
        );
      }) as never,
    );
  });

  it("goes on behind any session as if it had never stopped", () => {
    check(
      fc.property(backups, fc.nat(), (rooms, stop) => {
        const bytes = encoder.encode(textOf(rooms));
        const all = parse(textOf(rooms));
        if (all.length === 0) return;
        const parser = new KeyBackupParser();
        const before: BackedUpSession[] = [];
        for (const session of parser.parse(bytes)) {
          before.push(session);
          if (before.length > stop % all.length) break;
        }
        const after = new KeyBackupParser(parser.place).parse(bytes.slice(parser.offset));
        expect([...before, ...after]).to.deep.equal(all);
      }) as never,
    );
  });

  it("passes over members it does not know, however deep", () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const text = `{"other":${deep},"rooms":{"!a":{"also":{"x":"}"},"sessions":{"s":1}}},"end":"\\"}"}`;
    expect(parse(text)).to.deep.equal([{ roomId: "!a", sessionId: "s", value: 1 }]);
  });

  it("takes __proto__ for a name like any other", () => {
    const [session] = parse('{"rooms":{"__proto__":{"sessions":{"__proto__":{"a":1}}}}}');
    expect([session?.roomId, session?.sessionId]).to.deep.equal(["__proto__", "__proto__"]);
  });

  it("gives a session that is too long to be one without its value", () => {
    const [session, next] = parse(`{"rooms":{"!a":{"sessions":{"s":"${"x".repeat(300_000)}","t":2}}}}`);
    expect([session?.value, next?.value]).to.deep.equal([undefined, 2]);
  });

  it("gives a session that is no UTF-8 without its value", () => {
    const bytes = encoder.encode('{"rooms":{"!a":{"sessions":{"s":"?"}}}}');
    bytes[bytes.indexOf(0x3f)] = 0xff;
    expect([...new KeyBackupParser().parse(bytes)].map(({ value }) => value)).to.deep.equal([undefined]);
  });

  const broken = [
    '{"rooms":[',
    '{"rooms":{"!a":{"sessions":{"s" 1',
    '{"rooms":{,',
    "{]",
    '{"rooms":{"!a":{"sessions":{"s":}',
    "5",
  ];
  for (const text of broken) {
    it(`throws at ${text}`, () => {
      expect(() => parse(text))
        .to.throw()
        .with.property("code", "malformed-response");
    });
  }

  it("knows the end of a backup from a place where it broke off", () => {
    const text = '{"rooms":{"!a":{"sessions":{"s":1}}}}';
    const ended = [text, text.slice(0, -1)].map((part) => {
      const parser = new KeyBackupParser();
      Array.from(parser.parse(encoder.encode(part)));
      return parser.ended;
    });
    expect(ended).to.deep.equal([true, false]);
  });
});
