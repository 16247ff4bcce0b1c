/** A stretch of JSON that may begin in one piece and end in a later one, kept up to a limit, then parsed. */
import type { JsonScanner } from "./json-scanner.js";

const decoder = new TextDecoder("utf-8", { fatal: true });

export class ByteCapture {
  readonly #limit: number;
  #begin: number | null = null;
  #earlier: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  begin(at: number): void {
    this.#begin = at;
  }

  /** The piece is used up: keeps a copy of what of it belongs to the stretch. */
  keepRest(bytes: Uint8Array): void {
    if (this.#begin === null) return;
    this.#keep(bytes.slice(this.#begin));
    this.#begin = 0;
  }

  /** The stretch ends here: its JSON value, `undefined` if it is none or was too long. */
  end({ bytes, at }: JsonScanner): unknown {
    const last = bytes.subarray(this.#begin ?? at, at);
    const whole = this.#earlier.length === 0 ? last : this.#join(last);
    const tooLong = this.#length + last.length > this.#limit;
    this.#begin = null;
    this.#earlier = [];
    this.#length = 0;
    return tooLong ? undefined : parseJson(whole);
  }

  #keep(piece: Uint8Array): void {
    this.#length += piece.length;
    if (this.#length > this.#limit) this.#earlier = [];
    else this.#earlier.push(piece);
  }

  #join(last: Uint8Array): Uint8Array {
    const whole = new Uint8Array(this.#earlier.reduce((sum, { length }) => sum + length, last.length));
    let at = 0;
    for (const piece of [...this.#earlier, last]) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
