import { expect } from "@open-wc/testing";
import {
  archiveOf,
  contentOf,
  gunzip,
  gzip,
  HEADER,
  readingOf,
  SEGMENTS,
  textOfEarlierArchive,
} from "../support/archives.js";

const BYTE_ORDER_MARK = "\ufeff";

function withCrlf(text: string): string {
  return text.replaceAll("\n", "\r\n");
}

async function bytesOf(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.arrayBuffer());
}

describe("An archive that somebody unpacked or packed again", () => {
  let saved: Blob;
  let text: string;

  before(async () => {
    saved = await archiveOf(SEGMENTS);
    text = await gunzip(saved);
  });

  const changes: [what: string, changed: () => Blob | Promise<Blob>][] = [
    ["unpacked", () => new Blob([text])],
    ["unpacked, with CRLF", () => new Blob([withCrlf(text)])],
    ["unpacked, with a byte order mark", () => new Blob([BYTE_ORDER_MARK, text])],
    ["unpacked, with CRLF and a byte order mark", () => new Blob([BYTE_ORDER_MARK, withCrlf(text)])],
    ["unpacked, without its last line break", () => new Blob([text.trimEnd()])],
    ["unpacked, with blank lines at the end", () => new Blob([text, "\n \r\n"])],
    ["packed twice", () => gzip(saved)],
    ["packed three times", async () => gzip(await gzip(saved))],
    ["packed again with CRLF and a byte order mark", () => gzip(BYTE_ORDER_MARK + withCrlf(text))],
  ];
  for (const [what, changed] of changes) {
    it(`gives back what it was made of when it was ${what}`, async () => {
      const { header, segments } = await contentOf(await changed());
      expect(header).to.deep.include(HEADER);
      expect(segments).to.deep.equal(SEGMENTS);
    });
  }

  it("is read across the pieces in which a large file comes", async () => {
    const large = Array.from({ length: 3 }, (_, at) => `{"rooms":{"${String(at).repeat(150_000)}":{}}}`);
    const unpacked = new Blob([BYTE_ORDER_MARK, withCrlf(await gunzip(await archiveOf(large)))]);
    expect((await contentOf(unpacked)).segments).to.deep.equal(large);
  });

  it("is damaged wherever the unpacked file is cut before its end mark is whole", async () => {
    const unpacked = await bytesOf(new Blob([text.trimEnd()]));
    for (let end = 0; end < unpacked.length; end++) {
      expect(await readingOf(new Blob([unpacked.slice(0, end)])), `cut at ${end}`).to.equal("rescue-copy-damaged");
    }
  });

  it("is damaged when a cut file was packed again", async () => {
    const lines = text.trimEnd().split("\n");
    expect(await readingOf(await gzip(lines.slice(0, -1).join("\n")))).to.equal("rescue-copy-damaged");
  });

  it("is damaged when another byte of the unpacked file is wrong", async () => {
    const unpacked = await bytesOf(new Blob([text]));
    for (let at = 0; at < unpacked.length - 1; at++) {
      const wrong = unpacked.slice();
      wrong[at] = (wrong[at] as number) ^ 1;
      expect(await readingOf(new Blob([wrong])), `byte ${at}`).to.equal("rescue-copy-damaged");
    }
  });

  it("is damaged when lines are missing, or something follows the end mark", async () => {
    const lines = text.trimEnd().split("\n");
    expect(await readingOf(new Blob([lines.toSpliced(1, 1).join("\n")]))).to.equal("rescue-copy-damaged");
    expect(await readingOf(new Blob([`${text}{"rooms":{}}`]))).to.equal("rescue-copy-damaged");
  });

  it("is refused when it was packed to grow beyond all measure", async () => {
    const padded = text + " ".repeat(8_000_000);
    expect(await readingOf(await gzip(padded))).to.have.property("header");
    expect(await readingOf(await gzip(await gzip(padded)))).to.equal("rescue-copy-damaged");
  });
});

describe("An archive of an earlier build, without an end mark", () => {
  const text = textOfEarlierArchive(SEGMENTS);

  it("is read as long as gzip tells that it is whole", async () => {
    for (const file of [await gzip(text), await gzip(await gzip(text))]) {
      expect((await contentOf(file)).segments).to.deep.equal(SEGMENTS);
    }
  });

  it("is damaged once it was unpacked: nothing tells whether it is whole", async () => {
    expect(await readingOf(new Blob([text]))).to.equal("rescue-copy-damaged");
  });
});

describe("A Matrix key export in place of an archive", () => {
  it("is told from a damaged file", async () => {
    const keyExport = "-----BEGIN MEGOLM SESSION DATA-----\nAA==\n-----END MEGOLM SESSION DATA-----\n";
    for (const file of [new Blob([keyExport]), new Blob([withCrlf(keyExport)]), await gzip(keyExport)]) {
      expect(await readingOf(file)).to.equal("rescue-copy-is-key-export");
    }
  });
});
