/** A spool in a worker of its own, which can be killed. */
import type { Identity } from "../../src/protocol.js";
import type { BackupRow } from "../../src/worker/backup-row.js";
import type { ChunkKey } from "../../src/worker/chunks.js";
import { Spool } from "../../src/worker/spool.js";
import { putChunk } from "./put-chunk.js";

export interface SpoolCall {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

type Answer = { readonly id: number; readonly value?: unknown; readonly fault?: string };

export interface TestedSpool extends Omit<Spool, "openChunk" | "ledger"> {
  /** A whole chunk, and how many room keys are safe with it. */
  putChunk(key: ChunkKey, bytes: Uint8Array, safe: number, counted?: number): Promise<BackupRow>;
}

/** In this page, where it has no files. */
export function spoolInPage(identity: Identity): TestedSpool {
  const spool = new Spool(identity);
  return Object.assign(spool, {
    putChunk: (key: ChunkKey, bytes: Uint8Array, safe: number, counted?: number) =>
      putChunk(spool, key, bytes, safe, counted),
  });
}

export interface SpoolInWorker extends TestedSpool {
  /** This engine lets a worker write files. */
  hasFiles(): Promise<boolean>;
  /** A chunk that does not come to its end. */
  beginChunk(key: ChunkKey, bytes: Uint8Array): Promise<void>;
  kill(): void;
}

export function spoolInWorker(identity: Identity): SpoolInWorker {
  const worker = new Worker(new URL("./spool-worker.js", import.meta.url), { type: "module" });
  const answers = new Map<number, (answer: Answer) => void>();
  let lastId = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => answers.get(data.id)?.(data));
  const call = async (name: string, args: readonly unknown[]) => {
    const id = ++lastId;
    worker.postMessage({ id, name, args } satisfies SpoolCall);
    const { value, fault } = await new Promise<Answer>((resolve) => answers.set(id, resolve));
    if (fault !== undefined) throw new Error(fault);
    return value;
  };
  call("open", [identity]).catch(() => {});
  const kill = () => worker.terminate();
  return new Proxy({} as SpoolInWorker, {
    get: (_, name) => (name === "kill" ? kill : (...args: unknown[]) => call(String(name), args)),
  });
}
