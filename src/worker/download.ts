/**
 * One function: the homeserver's bytes into the spool, as they come, until the backup is whole. It touches bytes only: parsing what
 * is downloaded made "safe" ten times later.
 */
import { KeyBackupSyncError } from "../errors.js";
import type { BackupRow } from "./backup-row.js";
import { type SegmentOptions, SegmentWriter } from "./segment-writer.js";

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const WHITE_SPACE = [0x20, 0x0a, 0x0d, 0x09];

/** The answer just ended where no JSON object can, after so many bytes. WebKit takes a closed connection for the end. */
export class BrokenOffError extends KeyBackupSyncError {
  constructor(readonly bytes: number) {
    super("homeserver-unreachable");
  }
}

/**
 * @throws what `pieces` throws, once all that came before it is safe; BrokenOffError likewise; `malformed-response` if it begins as no
 *   JSON object, of which nothing is kept
 */
export async function download(pieces: AsyncIterable<Uint8Array>, options: SegmentOptions): Promise<BackupRow> {
  const look = new AnswerLook();
  // The homeserver takes its time before a big answer: enough to make all else ready.
  const answer = begun(pieces);
  const writer = await SegmentWriter.open(options);
  try {
    for await (const piece of answer) {
      look.at(piece);
      await writer.write(piece);
    }
    look.atEnd();
  } catch (cause) {
    await writer.makeSafe();
    throw cause;
  }
  return writer.end();
}

/** Asks at once, and not only when somebody listens. */
function begun(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first = iterator.next();
  first.catch(() => {});
  let next: Promise<IteratorResult<Uint8Array>> | null = first;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const present = next ?? iterator.next();
        next = null;
        return present;
      },
      return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
    }),
  };
}

/** An error page or the like is told from a backup by its first character, before any of it is kept; a broken answer by its last. */
class AnswerLook {
  #first: number | undefined;
  #last: number | undefined;
  #bytes = 0;

  at(piece: Uint8Array): void {
    this.#bytes += piece.length;
    this.#first ??= piece.find(isVisible);
    this.#last = piece.findLast(isVisible) ?? this.#last;
    if (this.#first !== undefined && this.#first !== OPEN_BRACE) throw new KeyBackupSyncError("malformed-response");
  }

  atEnd(): void {
    if (this.#first === undefined) throw new KeyBackupSyncError("malformed-response");
    if (this.#last !== CLOSE_BRACE) throw new BrokenOffError(this.#bytes);
  }
}

function isVisible(byte: number): boolean {
  return !WHITE_SPACE.includes(byte);
}
