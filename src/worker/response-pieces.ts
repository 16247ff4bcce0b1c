/**
 * The body of a response as it comes in, and when to give up on a homeserver that says too little. It turns what fetch fails with into
 * an error code and knows nothing of what the bytes say.
 */
import { isAborted, KeyBackupSyncError } from "../errors.js";
import { within } from "./within.js";

/** In milliseconds. */
export interface Patience {
  /** Until an answer begins. */
  readonly firstByte: number;
  /** Until more of an answer comes in. */
  readonly progress: number;
}

/** A homeserver may take its time before a big answer. */
export const PATIENCE: Patience = { firstByte: 180_000, progress: 30_000 };

/**
 * About a room key. A byte now and then would keep an answer open for ever; at less than this in the time of `progress`, a thousand
 * keys take a working day, and another connection is worth a try.
 */
export const ONE_ROOM_KEY = 1024;

/** In bytes. */
const LARGEST_PIECE = 1024 * 1024;

/**
 * Whoever stops listening ends the request. A piece is there until the next one is asked for: who keeps it has to copy it.
 * @param portion bytes of which each must be there within `milliseconds`; `Infinity` for the whole body
 * @throws KeyBackupSyncError `homeserver-unreachable`
 */
export async function* piecesOf(
  { body }: Response,
  portion: number,
  milliseconds: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!body) return;
  const reader = piecewise(body);
  let [bytes, left] = [0, milliseconds];
  try {
    for (;;) {
      const asked = performance.now();
      const { done, value } = await within(left, reachable(reader.read()), noAnswer);
      if (done) return;
      bytes += value.length;
      // The time that the listener takes for a piece is its own.
      left -= performance.now() - asked;
      if (bytes >= portion) [bytes, left] = [0, milliseconds];
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

type PieceReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

/** Into the same memory again and again, where the engine can do so: a large answer would else leave a heap of it to be collected. */
function piecewise(body: ReadableStream<Uint8Array>): PieceReader {
  const reader = byobReader(body);
  if (!reader) return body.getReader();
  let buffer = new ArrayBuffer(LARGEST_PIECE);
  return {
    read: async () => {
      const result = await reader.read(new Uint8Array(buffer));
      if (result.value) buffer = result.value.buffer;
      return result as ReadableStreamReadResult<Uint8Array>;
    },
    cancel: () => reader.cancel(),
  };
}

/** `null` in WebKit. */
function byobReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

/** An answer of which nobody wants the body: unread, it would keep one of the few connections that a browser has for a homeserver. */
export function discard({ body }: Response): void {
  body?.cancel().catch(() => {});
}

/** What fetch rejects with, but for an abort, is a connection that failed. */
export async function reachable<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (cause) {
    if (isAborted(cause)) throw cause;
    throw new KeyBackupSyncError("homeserver-unreachable", { cause });
  }
}

/** It took too long. */
export function noAnswer(): Error {
  return new KeyBackupSyncError("homeserver-unreachable");
}
