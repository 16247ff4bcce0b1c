/** Archives for tests: written by src/, or as somebody who knows only the format would make them; and what is read of a file. */
import { readArchive, writeArchive } from "../../src/worker/rescue/archive.js";
import type { ArchiveHeader } from "../../src/worker/rescue/archive-header.js";
import { fileOf, segmentsOf } from "./async-pieces.js";

export const HEADER: ArchiveHeader = {
  userId: "@reader:example.org",
  madeAt: "2026-01-02T03:04:05.678Z",
  backup: { version: "7", etag: "42", count: 3 },
  algorithm: "m.megolm_backup.v1.curve25519-aes-sha2",
  publicKey: "public",
  secretStorage: [
    {
      keyId: "default",
      description: { algorithm: "m.secret_storage.v1.aes-hmac-sha2" },
      secret: { iv: "aXY=", ciphertext: "Y2lwaGVydGV4dA==", mac: "bWFj" },
    },
  ],
};

export const SEGMENTS = ['{"rooms":{"!a:b":{"sessions":{"s":1}', '{"rooms":{}}'];

export function archiveOf(segments: readonly string[], header = HEADER, pieceBytes = 1000): Promise<Blob> {
  return fileOf(writeArchive(header, segmentsOf(segments, pieceBytes)));
}

/** As builds before the end mark wrote it, before gzip. */
export function textOfEarlierArchive(segments: readonly string[], header = HEADER): string {
  return [JSON.stringify({ format: "key-backup-archive", formatVersion: 1, ...header }), ...segments].join("\n");
}

export function gzip(content: BlobPart): Promise<Blob> {
  return fileOf(new Blob([content]).stream().pipeThrough(new CompressionStream("gzip")));
}

export function gunzip(file: Blob): Promise<string> {
  return new Response(file.stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

export async function contentOf(file: Blob): Promise<{ header: ArchiveHeader; segments: string[] }> {
  const { header, segments } = await readArchive(file);
  const decoder = new TextDecoder();
  const texts: string[] = [];
  for await (const { segment, bytes } of segments()) {
    texts[segment] = (texts[segment] ?? "") + decoder.decode(bytes, { stream: true });
  }
  return { header, segments: texts };
}

/** What is read of a file: its content, or the code of the error. */
export async function readingOf(file: Blob): Promise<unknown> {
  return contentOf(file).catch(({ code, message }) => code ?? message);
}
