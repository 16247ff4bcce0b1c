/** What a test hands to streams, or reads from them. */
import type { SegmentPiece } from "../../src/worker/rescue/archive.js";

export async function* each<Item>(items: Iterable<Item>): AsyncGenerator<Item, void, undefined> {
  yield* items;
}

/** All that there is. */
export async function listOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** As a person saves it. */
export function fileOf(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  return new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
}

/** Each text a segment, in pieces of that many bytes. */
export async function* segmentsOf(
  texts: readonly string[],
  bytes = 1000,
): AsyncGenerator<SegmentPiece, void, undefined> {
  for (const [segment, text] of texts.entries()) {
    const all = new TextEncoder().encode(text);
    for (let at = 0; at < all.length; at += bytes) yield { segment, bytes: all.slice(at, at + bytes) };
  }
}
