import { expect } from "@open-wc/testing";
import { encodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/recovery-key.js";
import { decodeRecoveryKey } from "../../src/worker/rescue/recovery-key.js";

const KEY = Uint8Array.from({ length: 32 }, (_, at) => 7 * at);
const TEXT = encodeRecoveryKey(KEY) as string;

describe("A recovery key", () => {
  it("is the bytes it was made of", () => {
    expect(decodeRecoveryKey(TEXT)).to.deep.equal(KEY);
  });

  for (const [how, text] of [
    ["without spaces", TEXT.replaceAll(" ", "")],
    ["over several lines", ` \t${TEXT.replaceAll(" ", "\r\n  ")}\n`],
    ["with spaces of other kinds", TEXT.replaceAll(" ", "\u00a0")],
    ["with several spaces", TEXT.replaceAll(" ", "   ")],
    ["with invisible characters", `\ufeff${TEXT.replaceAll(" ", "\u200b\u2060\u00ad")}\u200f`],
    ["in directional marks", `\u2068\u202a${TEXT}\u202c\u2069`],
    ["in straight quotes", `"${TEXT}"`],
    ["in single quotes", `'${TEXT}'`],
    ["in typographic quotes", `\u201e${TEXT}\u201c`],
    ["in angle quotes", `\u00ab\u00a0${TEXT}\u00a0\u00bb`],
    ["in backticks", `\`${TEXT}\``],
    ["at the end of a sentence", `${TEXT}.`],
    ["quoted in a mail", TEXT.replace(/^/, "> ").replace(/(.{24}) /, "$1\n> ")],
  ] as const) {
    it(`is the same ${how}`, () => {
      expect(decodeRecoveryKey(text)).to.deep.equal(KEY);
    });
  }

  const last = TEXT.at(-1) === "2" ? "3" : "2";
  for (const [what, text] of [
    ["nothing", ""],
    ["a passphrase", "correct horse battery staple"],
    ["one with a wrong letter", TEXT.slice(0, -1) + last],
    ["one with two letters swapped", TEXT.replace(/(.)(.)(?=.$)/, "$2$1")],
    ["one with a letter that none has", TEXT.replace(/.$/, "0")],
    ["a part of one", TEXT.slice(0, -5)],
    ["one with more behind it", `${TEXT} ${TEXT}`],
    ["a key that is shorter", encodeRecoveryKey(KEY.slice(1)) as string],
    ["a very long text", "E".repeat(10_000_000)],
  ] as const) {
    it(`is not ${what}`, () => {
      expect(() => decodeRecoveryKey(text))
        .to.throw()
        .with.property("code", "recovery-key-invalid");
    });
  }
});
