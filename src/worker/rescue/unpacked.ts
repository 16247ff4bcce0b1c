/**
 * The plain bytes of a file that was saved compressed by gzip, whatever happened to it since: browsers and file managers unpack such a file
 * by themselves, and people compress one again.
 */
import { piecesOf, streamOf } from "./streams.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes of the file that are decompressed at once. */
const SLICE = 64 * 1024;
/** As it was saved, and packed twice more. */
const MOST_LAYERS = 3;
/** Bytes that gzip can make of one byte at most: several layers together may not make more either. */
const MOST_GROWTH = 1032;
const GZIP_MAGIC = [0x1f, 0x8b];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Whether the file is compressed, so that gzip's checksum tells a whole file from a cut one. */
export async function isPacked(file: Blob): Promise<boolean> {
  return startsWith(new Uint8Array(await file.slice(0, GZIP_MAGIC.length).arrayBuffer()), GZIP_MAGIC);
}

/**
 * Without a byte order mark. Whoever stops listening ends the reading of the file.
 * @throws what the file or the decompression throws; RangeError if it grows to more than gzip makes of a file of this size
 */
export async function* unpacked(file: Blob): AsyncGenerator<Uint8Array, void, undefined> {
  let left = file.size * MOST_GROWTH;
  for await (const bytes of layersOff(slicesOf(file), MOST_LAYERS)) {
    left -= bytes.length;
    if (left < 0) throw new RangeError("The file was compressed to grow");
    yield bytes;
  }
}

async function* slicesOf(file: Blob): AsyncGenerator<Bytes, void, undefined> {
  for (let at = 0; at < file.size; at += SLICE) yield new Uint8Array(await file.slice(at, at + SLICE).arrayBuffer());
}

async function* layersOff(
  pieces: AsyncGenerator<Bytes, void, undefined>,
  layers: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    const head = await headOf(pieces);
    if (startsWith(head, GZIP_MAGIC) && layers > 0) {
      const inner = streamOf(joined(head, pieces)).pipeThrough(new DecompressionStream("gzip"));
      yield* layersOff(piecesOf(inner), layers - 1);
    } else {
      yield startsWith(head, BYTE_ORDER_MARK) ? head.subarray(BYTE_ORDER_MARK.length) : head;
      yield* pieces;
    }
  } finally {
    await pieces.return();
  }
}

/** The first pieces in one, enough to tell what the bytes are. */
async function headOf(pieces: AsyncIterator<Bytes, void, undefined>): Promise<Bytes> {
  let head: Bytes = new Uint8Array();
  while (head.length < BYTE_ORDER_MARK.length) {
    const { done, value } = await pieces.next();
    if (done) break;
    const longer = new Uint8Array(head.length + value.length);
    longer.set(head);
    longer.set(value, head.length);
    head = longer;
  }
  return head;
}

async function* joined(head: Bytes, rest: AsyncIterable<Bytes>): AsyncGenerator<Bytes, void, undefined> {
  yield head;
  yield* rest;
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}
