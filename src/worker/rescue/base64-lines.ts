/** Bytes, as they come in, to lines of base64. */

/** As long as the lines of other clients: 128 characters. */
const LINE_BYTES = 96;

export class Base64Lines {
  /** Of a line that is not full yet. */
  #rest: Uint8Array = new Uint8Array(0);

  /** The lines that are full now. */
  encode(bytes: Uint8Array): string {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const end = all.length - (all.length % LINE_BYTES);
    this.#rest = all.slice(end);
    return lines(all.subarray(0, end));
  }

  /** The last line. */
  end(): string {
    return lines(this.#rest);
  }
}

function lines(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    text += `${btoa(String.fromCharCode(...bytes.subarray(at, at + LINE_BYTES)))}\n`;
  }
  return text;
}
