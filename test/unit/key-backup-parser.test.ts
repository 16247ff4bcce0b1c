import { expect } from "@open-wc/testing";
import { type BackedUpSession, KeyBackupParser } from "../../src/worker/key-backup-parser.js";

const encoder = new TextEncoder();

function parse(text: string): BackedUpSession[] {
  return [...new KeyBackupParser().parse(encoder.encode(text))];
}

describe("The parser", () => {
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
