/** A chunk that is collected in memory as it comes, and put where it belongs as one. */
import type { NewChunk } from "./chunks.js";

/** In bytes: large, for a chunk costs more than its bytes; small enough to be read at once. */
const CAPACITY = 8 * 1024 * 1024;

export function bufferedChunk(put: (bytes: Uint8Array) => Promise<void>): NewChunk {
  const pieces: Uint8Array[] = [];
  return {
    capacity: CAPACITY,
    write: async (bytes) => void pieces.push(bytes.slice()),
    end: () => put(joined(pieces)),
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
