import { expect } from "@open-wc/testing";
import { writeArchive } from "../../src/worker/rescue/archive.js";
import type { ArchiveHeader } from "../../src/worker/rescue/archive-header.js";
import type { StoredBackupKey } from "../../src/worker/rescue/stored-backup-key.js";
import { archiveOf, contentOf, gunzip, HEADER, SEGMENTS } from "../support/archives.js";
import { segmentsOf } from "../support/async-pieces.js";

const [STORED] = HEADER.secretStorage as [StoredBackupKey];
const PASSPHRASE = { algorithm: "m.pbkdf2", salt: "sodium", iterations: 500_000, bits: 256 };
const LONG = "x".repeat(600_000);

async function storedKeysOf(secretStorage: readonly unknown[]): Promise<readonly StoredBackupKey[]> {
  const header = { ...HEADER, secretStorage } as ArchiveHeader;
  const { header: read, segments } = await contentOf(await archiveOf(SEGMENTS, header));
  expect(segments).to.deep.equal(SEGMENTS);
  return read.secretStorage;
}

describe("The header of an archive", () => {
  it("holds the named members of a stored key, whatever else the account data has", async () => {
    const stored = { ...STORED, description: { ...STORED.description, passphrase: PASSPHRASE } };
    const odd = {
      ...stored,
      signatures: LONG,
      description: { ...stored.description, name: LONG, iv: LONG, passphrase: { ...PASSPHRASE, note: LONG } },
      secret: { ...STORED.secret, comment: LONG },
    };
    expect(await storedKeysOf([odd])).to.deep.equal([stored]);
  });

  it("holds each stored key once, though the account had it before and has it now", async () => {
    const other = { ...STORED, keyId: "other" };
    expect(await storedKeysOf([STORED, other, { ...STORED, extra: 1 }, other])).to.deep.equal([STORED, other]);
  });

  it("leaves out a stored key with texts of half a megabyte, and keeps the others", async () => {
    const long = { ...STORED, keyId: "long", secret: { ...STORED.secret, ciphertext: LONG } };
    expect(await storedKeysOf([long, long, STORED])).to.deep.equal([STORED]);
  });

  it("keeps the first ones of thousands of stored keys, as many as are read again", async () => {
    const description = { algorithm: "\0".repeat(1000), passphrase: { ...PASSPHRASE, salt: "\0".repeat(1000) } };
    const all = Array.from({ length: 5000 }, (_, at) => ({ ...STORED, keyId: `${at}`, description }));
    const kept = await storedKeysOf(all);
    expect(kept.map(({ keyId }) => keyId)).to.deep.equal(Array.from({ length: kept.length }, (_, at) => `${at}`));
    expect(kept.length).to.be.greaterThan(10);
  });

  it("holds only the beginning of an etag or version of a megabyte", async () => {
    const backup = { version: LONG + LONG, etag: LONG + LONG, count: 3 };
    const file = await archiveOf(SEGMENTS, { ...HEADER, backup });
    expect((await gunzip(file)).length).to.be.lessThan(10_000);
    expect((await contentOf(file)).segments).to.deep.equal(SEGMENTS);
  });

  it("that could not be read again is never written", () => {
    const header = { ...HEADER, publicKey: LONG + LONG };
    expect(() => writeArchive(header, segmentsOf(SEGMENTS)))
      .to.throw()
      .with.property("code", "malformed-response");
  });
});
