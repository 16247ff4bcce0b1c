/** A spool in a worker, as in the download: only there can it keep its chunks in files. The page's end is spool-in-worker.ts. */
import type { Identity } from "../../src/protocol.js";
import type { ChunkKey } from "../../src/worker/chunks.js";
import { Spool } from "../../src/worker/spool.js";
import { putChunk } from "./put-chunk.js";
import type { SpoolCall } from "./spool-in-worker.js";

let spool: Spool;

const others = {
  open: (identity: Identity) => {
    spool = new Spool(identity);
  },
  hasFiles: () => "FileSystemFileHandle" in self && "createSyncAccessHandle" in FileSystemFileHandle.prototype,
  beginChunk: async (key: ChunkKey, bytes: Uint8Array) => {
    await (await spool.openChunk(key, new AbortController().signal)).write(bytes);
  },
  putChunk: (key: ChunkKey, bytes: Uint8Array, safe: number, counted?: number) =>
    putChunk(spool, key, bytes, safe, counted),
};

self.addEventListener("message", async ({ data: { id, name, args } }: MessageEvent<SpoolCall>) => {
  const target: object = name in others ? others : spool;
  try {
    const value: unknown = await Reflect.get(target, name).apply(target, args);
    self.postMessage({ id, value });
  } catch (cause) {
    self.postMessage({ id, fault: cause instanceof Error ? cause.message : String(cause) });
  }
});
