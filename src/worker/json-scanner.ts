/**
 * Finds where a JSON value ends, over pieces of bytes and with no memory of what it passed. It does not check what is inside: whoever
 * wants the value parses it.
 */
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

export class JsonScanner {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #begun = false;
  readonly #quote = new NextPlace(QUOTE);
  readonly #backslash = new NextPlace(BACKSLASH);

  feed(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.#quote.forget();
    this.#backslash.forget();
  }

  more(): boolean {
    return this.at < this.bytes.length;
  }

  /** The next byte that is not white space, or `null` at the end of the piece. */
  nextToken(): number | null {
    while (this.at < this.bytes.length) {
      const byte = this.bytes[this.at] as number;
      if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.at++;
    }
    return null;
  }

  /** A value begins at the present byte. */
  begin(): void {
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#begun = false;
  }

  /** Goes on to just behind the value that was begun; false if the piece ends first. */
  finish(): boolean {
    while (this.at < this.bytes.length) {
      if (this.#inString ? this.#finishString() : this.#next()) return true;
    }
    return false;
  }

  /** Takes one byte outside of a string. True if the value ended with it, or before it. */
  #next(): boolean {
    const byte = this.bytes[this.at] as number;
    if (this.#endsScalar(byte)) return true;
    this.#begun = true;
    this.at++;
    if (byte === QUOTE) this.#inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) return --this.#depth === 0;
    return false;
  }

  /** A number, true, false or null ends before the first byte that can't be its. */
  #endsScalar(byte: number): boolean {
    if (!this.#begun || this.#depth > 0) return false;
    return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= SPACE;
  }

  /** Goes behind the string's closing quote. True if the string was the whole value. */
  #finishString(): boolean {
    if (this.#escaped) {
      this.#escaped = false;
      this.at++;
      return false;
    }
    const quote = this.#quote.from(this.bytes, this.at);
    const backslash = this.#backslash.from(this.bytes, this.at);
    if (backslash < quote) {
      this.#escaped = true;
      this.at = backslash + 1;
      return false;
    }
    this.#inString = quote === this.bytes.length;
    this.at = this.#inString ? quote : quote + 1;
    return !this.#inString && this.#depth === 0;
  }
}

/** Where a byte comes next in a piece. It is searched for once: from each string, or each escape, anew would be quadratic. */
class NextPlace {
  readonly #byte: number;
  #at = -1;

  constructor(byte: number) {
    this.#byte = byte;
  }

  forget(): void {
    this.#at = -1;
  }

  /** The piece's length if it does not come any more. */
  from(bytes: Uint8Array, at: number): number {
    if (this.#at < at) {
      const found = bytes.indexOf(this.#byte, at);
      this.#at = found < 0 ? bytes.length : found;
    }
    return this.#at;
  }
}
