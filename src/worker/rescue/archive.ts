/**
 * The rescue copy for which no key is needed: what the homeserver sent, still encrypted, as one file. It does not know what is in the
 * bytes; see open-archive.ts.
 *
 * The file is lines of JSON, compressed by gzip, whose checksum and length at the end tell a whole file from a damaged one. A reader
 * must read all of it before it believes any.
 *
 * - The first line is an {@link ArchiveHeader} with `"format": "key-backup-archive"` and `"formatVersion": 1`.
 * - Each line behind it is one segment: the body of one answer to `GET /_matrix/client/v3/room_keys/keys`, with a space for each line
 *   break. Segments may break off, and may hold the same room keys.
 */
import { KeyBackupSyncError } from "../../errors.js";
import { type ArchiveHeader, headerLine, parseHeader } from "./archive-header.js";
import { piecesOf, streamOf } from "./streams.js";

const NEW_LINE = 0x0a;
const SPACE = 0x20;
/** Bytes of the file that are decompressed at once: it may be made to become a thousand times as much. */
const SLICE = 64 * 1024;
/** Characters. */
const LONGEST_HEADER = 1024 * 1024;

const encoder = new TextEncoder();

/** Bytes of a segment: they go on in the next piece, if its number is the same. */
export interface SegmentPiece {
  readonly segment: number;
  readonly bytes: Uint8Array;
}

export interface Archive {
  readonly header: ArchiveHeader;
  /** From 0 on. Reads the file from its beginning. */
  segments(): AsyncIterable<SegmentPiece>;
}

/** Made as it is read. What goes wrong with the segments is an error of the stream: then the file is not whole, and its reader says so. */
export function writeArchive(header: ArchiveHeader, segments: AsyncIterable<SegmentPiece>): ReadableStream<Uint8Array> {
  return streamOf(lines(header, segments)).pipeThrough(new CompressionStream("gzip"));
}

/**
 * Reads all of the file, to know that it is whole.
 * @throws KeyBackupSyncError `rescue-copy-damaged`, also if it is a file of another kind, or of a version to come
 */
export async function readArchive(file: Blob): Promise<Archive> {
  const decoder = new TextDecoder();
  let firstLine = "";
  for await (const { line, bytes } of linesOf(file)) {
    if (line === 0) firstLine += decoder.decode(bytes, { stream: true });
    if (firstLine.length > LONGEST_HEADER) throw new KeyBackupSyncError("rescue-copy-damaged");
  }
  return { header: parseHeader(firstLine), segments: () => segmentsOf(file) };
}

async function* lines(
  header: ArchiveHeader,
  segments: AsyncIterable<SegmentPiece>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield encoder.encode(headerLine(header));
  let present: number | null = null;
  for await (const { segment, bytes } of segments) {
    if (segment !== present) yield Uint8Array.of(NEW_LINE);
    present = segment;
    yield withoutLineBreaks(bytes);
  }
}

async function* segmentsOf(file: Blob): AsyncGenerator<SegmentPiece> {
  for await (const { line, bytes } of linesOf(file)) if (line > 0) yield { segment: line - 1, bytes };
}

/** In pieces, and without the line breaks. */
async function* linesOf(file: Blob): AsyncGenerator<{ line: number; bytes: Uint8Array }> {
  let line = 0;
  for await (const bytes of decompressed(file)) {
    let at = 0;
    for (let end = bytes.indexOf(NEW_LINE); end >= 0; end = bytes.indexOf(NEW_LINE, at)) {
      yield { line, bytes: bytes.subarray(at, end) };
      line++;
      at = end + 1;
    }
    yield { line, bytes: bytes.subarray(at) };
  }
}

async function* decompressed(file: Blob): AsyncGenerator<Uint8Array> {
  try {
    yield* piecesOf(streamOf(slicesOf(file)).pipeThrough(new DecompressionStream("gzip")));
  } catch (cause) {
    throw new KeyBackupSyncError("rescue-copy-damaged", { cause });
  }
}

async function* slicesOf(file: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < file.size; at += SLICE) yield new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer());
}

/** In JSON they mean what a space does. */
function withoutLineBreaks(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const line = Uint8Array.from(bytes);
  for (let at = line.indexOf(NEW_LINE); at >= 0; at = line.indexOf(NEW_LINE, at + 1)) line[at] = SPACE;
  return line;
}
