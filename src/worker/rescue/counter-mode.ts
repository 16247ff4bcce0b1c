/** AES-256-CTR piece by piece, where WebCrypto takes only the whole: each piece begins at the block that the counter has come to. */
const BLOCK = 16;

export class CounterMode {
  readonly #key: CryptoKey;
  readonly #iv: Uint8Array;
  /** Bytes that were encrypted so far. */
  #offset = 0;

  /** @param iv the first counter block; its last 64 bits count, as in other clients */
  constructor(key: CryptoKey, iv: Uint8Array) {
    this.#key = key;
    this.#iv = iv;
  }

  async encrypt(bytes: Uint8Array): Promise<Uint8Array> {
    // The piece before may have ended inside of a block: what of it is used up gets encrypted once more, and left away.
    const used = this.#offset % BLOCK;
    const padded = new Uint8Array(used + bytes.length);
    padded.set(bytes, used);
    const counter = this.#counter(Math.floor(this.#offset / BLOCK));
    this.#offset += bytes.length;
    const ciphertext = await crypto.subtle.encrypt({ name: "AES-CTR", counter, length: 64 }, this.#key, padded);
    return new Uint8Array(ciphertext, used);
  }

  #counter(blocks: number): Uint8Array<ArrayBuffer> {
    const counter = Uint8Array.from(this.#iv);
    const view = new DataView(counter.buffer);
    view.setBigUint64(8, view.getBigUint64(8) + BigInt(blocks));
    return counter;
  }
}
