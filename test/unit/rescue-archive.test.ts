import { expect } from "@open-wc/testing";
import * as fc from "fast-check";
import { nextTask } from "../../src/next-task.js";
import { readArchive, writeArchive } from "../../src/worker/rescue/archive.js";
import type { ArchiveHeader } from "../../src/worker/rescue/archive-header.js";
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
import { segmentsOf } from "../support/async-pieces.js";

describe("An archive", () => {
  it("gives back what it was made of, in whatever pieces", async () => {
    const texts = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }), { maxLength: 4 });
    const pieceBytes = fc.integer({ min: 1, max: 100 });
    await fc.assert(
      fc.asyncProperty(texts, pieceBytes, async (segments, bytes) => {
        const { header, segments: read } = await contentOf(await archiveOf(segments, HEADER, bytes));
        expect(header).to.deep.include(HEADER);
        expect(read).to.deep.equal(segments.map((segment) => segment.replaceAll("\n", " ")));
      }),
      { numRuns: 50 },
    );
  });

  it("is compressed lines of JSON, which one can read without it", async () => {
    const file = await archiveOf(['{"rooms":\n{}}', '{"rooms":{}}']);
    const [header = "", ...segments] = (await gunzip(file)).split("\n");
    const format = { format: "key-backup-archive", formatVersion: 1, hasEndMark: true };
    expect(JSON.parse(header)).to.deep.equal({ ...format, ...HEADER });
    expect(segments.slice(0, 2)).to.deep.equal(['{"rooms": {}}', '{"rooms":{}}']);
  });

  it("ends with the SHA-256 of all lines before the last one", async () => {
    const text = await gunzip(await archiveOf(SEGMENTS));
    const lastLine = text.trimEnd().lastIndexOf("\n") + 1;
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text.slice(0, lastLine)));
    const sha256 = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    expect(JSON.parse(text.slice(lastLine))).to.deep.equal({ rooms: {}, end: { sha256 } });
  });

  it("holds nothing of an account but what it says", async () => {
    const account = { ...HEADER, accessToken: "syt_token", backup: { ...HEADER.backup, refreshToken: "syr_token" } };
    expect(await gunzip(await archiveOf([], account))).not.to.match(/token/i);
  });

  it("is damaged wherever it is cut", async () => {
    const file = await archiveOf(SEGMENTS);
    for (let end = 0; end < file.size; end++) {
      expect(await readingOf(file.slice(0, end)), `cut at ${end}`).to.equal("rescue-copy-damaged");
    }
  });

  it("never gives anything else than it was made of when a bit is wrong", async () => {
    const file = new Uint8Array(await (await archiveOf(SEGMENTS)).arrayBuffer());
    const whole = await readingOf(new Blob([file]));
    let damaged = 0;
    for (let at = 0; at < file.length; at++) {
      const wrong = file.slice();
      wrong[at] = (wrong[at] as number) ^ (1 << (at % 8));
      const reading = await readingOf(new Blob([wrong]));
      if (reading === "rescue-copy-damaged") damaged++;
      else expect(reading, `bit ${at % 8} of byte ${at}`).to.deep.equal(whole);
    }
    // The time, the system and the like, at the start of a gzip file, nobody reads.
    expect(damaged).to.be.greaterThan(file.length - 10);
  });

  const otherFiles: [what: string, file: () => Promise<Blob> | Blob][] = [
    ["an empty file", () => new Blob([])],
    ["a compressed file of another kind", () => gzip("Dear diary")],
    ["a compressed file of nothing", () => gzip("")],
    ["compressed JSON of another kind", () => gzip('{"rooms":{}}')],
    ["a compressed line without end", () => gzip("x".repeat(3_000_000))],
    ["an archive with another file behind it", async () => new Blob([await archiveOf(SEGMENTS), "more"])],
    [
      "an archive of a version to come",
      () => gzip(JSON.stringify({ format: "key-backup-archive", formatVersion: 2, ...HEADER })),
    ],
    ["an archive that does not say whose it is", () => gzip('{"format":"key-backup-archive","formatVersion":1}')],
    [
      "an archive whose secrets are no list",
      () => gzip(JSON.stringify({ format: "key-backup-archive", formatVersion: 1, ...HEADER, secretStorage: {} })),
    ],
  ];
  for (const [what, file] of otherFiles) {
    it(`is not ${what}`, async () => {
      expect(await readingOf(await file())).to.equal("rescue-copy-damaged");
    });
  }

  it("can be read though one of the stored keys is in a shape of its own", async () => {
    const [stored] = HEADER.secretStorage;
    const odd = { keyId: "odd", description: { algorithm: "x", passphrase: null }, secret: {} };
    const header = { ...HEADER, secretStorage: [odd, stored] } as unknown as ArchiveHeader;
    const file = await gzip(textOfEarlierArchive(SEGMENTS, header));
    expect((await contentOf(file)).header.secretStorage).to.deep.equal([stored]);
  });

  it("is made no faster than it is read", async () => {
    let made = 0;
    async function* pieces() {
      for (; made < 1000; made++) yield { segment: 0, bytes: crypto.getRandomValues(new Uint8Array(64 * 1024)) };
    }
    const reader = writeArchive(HEADER, pieces()).getReader();
    for (let read = 0; read < 1024 * 1024; ) read += (await reader.read()).value?.length ?? 0;
    for (let tasks = 0; tasks < 200; tasks++) await nextTask();
    const ahead = made - 16;
    await reader.cancel();
    expect(ahead).to.be.within(0, 8);
  });

  it("breaks off with the fault that kept it from its end", async () => {
    const fault = new Error("No more bytes");
    async function* broken() {
      yield* segmentsOf(SEGMENTS);
      throw fault;
    }
    const reader = writeArchive(HEADER, broken()).getReader();
    const readAll = async () => {
      while (!(await reader.read()).done);
    };
    expect(await readAll().catch((cause: unknown) => cause)).to.equal(fault);
  });

  it("is read no further than it is wanted", async () => {
    const random = Array.from(crypto.getRandomValues(new Uint8Array(64 * 1024)), (byte) => byte.toString(36)).join("");
    const file = await archiveOf(Array.from({ length: 40 }, () => random));
    const { segments } = await readArchive(file);
    let slices = 0;
    const slice = file.slice.bind(file);
    file.slice = (...range) => {
      slices++;
      return slice(...range);
    };
    for await (const { segment } of segments()) if (segment === 1) break;
    expect(slices).to.be.within(1, file.size / (64 * 1024) / 4);
  });
});
