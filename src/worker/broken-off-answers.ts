/** Tells a homeserver that has no more to say from connections that fail: those do not fail at the same byte again and again. */
import { BrokenOffError } from "./download.js";
import type { SegmentOptions } from "./segment-writer.js";

/** In a row. A proxy that sends on whole buffers may lose two connections at the same one. */
const MOST = 3;

export class BrokenOffAnswers {
  /** Of which backup, and where, the last one broke off. */
  #last = "";
  #times = 0;

  /** @param cause what kept an answer from coming to its end */
  isItsEnd({ backupId, backup }: Pick<SegmentOptions, "backupId" | "backup">, cause: unknown): boolean {
    const last = cause instanceof BrokenOffError ? JSON.stringify([backupId, backup.etag, cause.bytes]) : "";
    this.#times = last === this.#last ? this.#times + 1 : 1;
    this.#last = last;
    return last !== "" && this.#times >= MOST;
  }
}
