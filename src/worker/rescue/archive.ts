/**
 * The rescue copy for which no key is needed: what the homeserver sent, still encrypted, as one file. It does not know what is in the
 * bytes; see open-archive.ts.
 *
 * The file is lines of JSON, compressed by gzip. The checksum and length at the end of gzip tell a whole file from a damaged one; where
 * somebody unpacked the file, its last line does. A reader must read all of it before it believes any.
 *
 * - The first line is an {@link ArchiveHeader} with `"format": "key-backup-archive"` and `"formatVersion": 1`.
 * - Each line behind it is one segment: the body of one answer to `GET /_matrix/client/v3/room_keys/keys`, with a space for each line
 *   break. Segments may break off, and may hold the same room keys.
 * - The last line is the {@link EndMark}. Archives of earlier builds have none.
 */
import { KeyBackupSyncError } from "../../errors.js";
import { type ArchiveHeader, headerLine, LONGEST_HEADER, parseHeader } from "./archive-header.js";
import { EndMark } from "./end-mark.js";
import { streamOf } from "./streams.js";
import { isPacked, unpacked } from "./unpacked.js";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

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

/**
 * Made as it is read. What goes wrong with the segments is an error of the stream: then the file is not whole, and its reader says so.
 * @throws KeyBackupSyncError at once: see `headerLine`
 */
export function writeArchive(header: ArchiveHeader, segments: AsyncIterable<SegmentPiece>): ReadableStream<Uint8Array> {
  return streamOf(written(headerLine(header), segments)).pipeThrough(new CompressionStream("gzip"));
}

/**
 * Reads all of the file, to know that it is whole. The file may be as it was saved, unpacked (then it needs its end mark), or packed again.
 * @throws KeyBackupSyncError `rescue-copy-damaged`, also if it is a file of another kind, or of a version to come;
 *   `rescue-copy-is-key-export` if it is a Matrix key export
 */
export async function readArchive(file: Blob): Promise<Archive> {
  const decoder = new TextDecoder();
  const mark = new EndMark();
  let firstLine = "";
  for await (const { line, bytes } of linesOf(file)) {
    if (line === 0) firstLine += decoder.decode(bytes, { stream: true });
    if (firstLine.length > LONGEST_HEADER) throw new KeyBackupSyncError("rescue-copy-damaged");
    mark.take(line, bytes);
  }
  const header = parseHeader(firstLine);
  const end = mark.end();
  const isWhole = header.hasEndMark ? end !== null : await isPacked(file);
  if (!isWhole) throw new KeyBackupSyncError("rescue-copy-damaged");
  return { header, segments: () => segmentsOf(file, end ?? Number.POSITIVE_INFINITY) };
}

async function* written(
  header: string,
  segments: AsyncIterable<SegmentPiece>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const mark = new EndMark();
  let [line, present] = [0, -1];
  const noted = (bytes: Uint8Array<ArrayBuffer>) => {
    mark.take(line, bytes);
    return bytes;
  };
  yield noted(encoder.encode(header));
  for await (const { segment, bytes } of segments) {
    if (segment !== present) {
      yield Uint8Array.of(LINE_FEED);
      line++;
    }
    present = segment;
    yield noted(withoutLineBreaks(bytes));
  }
  yield encoder.encode(`\n${mark.write()}\n`);
}

/** @param end number of the first line that is no segment any more */
async function* segmentsOf(file: Blob, end: number): AsyncGenerator<SegmentPiece> {
  for await (const { line, bytes } of linesOf(file)) if (line > 0 && line < end) yield { segment: line - 1, bytes };
}

/** In pieces, and without the line breaks, which may have become CRLF. */
async function* linesOf(file: Blob): AsyncGenerator<{ line: number; bytes: Uint8Array }> {
  let line = 0;
  for await (const piece of readable(file)) {
    const bytes = piece.includes(CARRIAGE_RETURN) ? piece.filter((byte) => byte !== CARRIAGE_RETURN) : piece;
    let at = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, at)) {
      yield { line, bytes: bytes.subarray(at, end) };
      line++;
      at = end + 1;
    }
    yield { line, bytes: bytes.subarray(at) };
  }
}

async function* readable(file: Blob): AsyncGenerator<Uint8Array> {
  try {
    yield* unpacked(file);
  } catch (cause) {
    throw new KeyBackupSyncError("rescue-copy-damaged", { cause });
  }
}

/** In JSON a space means the same. */
function withoutLineBreaks(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes, (byte) => (byte === LINE_FEED || byte === CARRIAGE_RETURN ? SPACE : byte));
}
