/**
 * Sees every request for the key backup that an OlmMachine makes, whoever sends it: matrix-js-sdk and pages with a machine of their own upload
 * by themselves, and tell nobody what the homeserver answered. It stands before two methods of the machine, and changes one thing: an answer
 * that lacks what crypto-wasm insists on, but does not use, gets it.
 */
import type { RoomKeyUpload, UploadListener } from "./host.js";

/** What is called of an OlmMachine. */
export interface UploadingMachine {
  backupRoomKeys(): Promise<KeysBackupRequestLike | undefined>;
  markRequestAsSent(id: string, type: number, answer: string): Promise<unknown>;
}

export interface KeysBackupRequestLike {
  readonly id: string;
  readonly type: number;
  readonly version: string;
  readonly body: string;
  free(): void;
}

/** The one watch of each machine. */
const watches = new WeakMap<UploadingMachine, UploadWatch>();

export function uploadWatchOf(machine: UploadingMachine): UploadWatch {
  const watch = watches.get(machine) ?? new UploadWatch(machine);
  watches.set(machine, watch);
  return watch;
}

export class UploadWatch {
  readonly #listeners = new Set<UploadListener>();
  /** The machine makes one request at a time, and makes it again until it is marked as sent. */
  #underWay: RoomKeyUpload | null = null;
  /** Of a request for a key backup: a number of crypto-wasm. */
  #type: number | null = null;

  constructor(machine: UploadingMachine) {
    const { backupRoomKeys, markRequestAsSent } = machine;
    machine.backupRoomKeys = async () => {
      const request = await backupRoomKeys.call(machine);
      if (request) this.#begin(request);
      return request;
    };
    machine.markRequestAsSent = async (id, type, answer) => {
      const result = await markRequestAsSent.call(machine, id, type, type === this.#type ? completed(answer) : answer);
      if (id === this.#underWay?.id) this.#end(answer);
      return result;
    };
  }

  /** Returns how to stop that. */
  subscribe(listener: UploadListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #begin({ id, type, version, body }: KeysBackupRequestLike): void {
    this.#type = type;
    this.#underWay = { id, version, body };
    for (const { encrypted } of this.#listeners) encrypted(this.#underWay);
  }

  #end(answer: string): void {
    const upload = this.#underWay;
    this.#underWay = null;
    if (upload) for (const { sent } of this.#listeners) sent(upload, answer);
  }
}

/**
 * The specification has `etag` and `count` in the answer. crypto-wasm takes none without them, or with an `etag` that is a number, and so
 * sends the same keys for ever to a homeserver that took them long ago.
 */
function completed(answer: string): string {
  const told = parse(answer);
  if (!told) return answer;
  const { etag, count } = told;
  const isComplete = typeof etag === "string" && Number.isSafeInteger(count);
  return isComplete ? answer : JSON.stringify({ ...told, etag: String(etag ?? ""), count: countFrom(count) });
}

function countFrom(count: unknown): number {
  return Number.isSafeInteger(count) ? (count as number) : 0;
}

/** `null` if it is no object. */
function parse(answer: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(answer);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
