/** Notices that the client of a host was stopped, as by a logout: no client tells so, and its crypto store is closed for good. */
import type { CryptoStore, Host } from "./host.js";

/** Milliseconds. Calls of the crypto store ask at once: this is for when there are none, in a download, while waiting, and at rest. */
const BETWEEN_LOOKS = 500;

export class ClientWatch {
  readonly #host: Host;
  readonly #onStop: () => void;
  #hasStopped = false;

  /** @param onStop called once, by whatever first looks after the client was stopped */
  constructor(host: Host, onStop: () => void) {
    this.#host = host;
    this.#onStop = onStop;
  }

  get hasStopped(): boolean {
    if (!this.#hasStopped && this.#host.isStopped?.()) {
      this.#hasStopped = true;
      this.#onStop();
    }
    return this.#hasStopped;
  }

  /** Looks again and again, until the client was stopped or the returned function is called. */
  begin(): () => void {
    const timer = setInterval(() => {
      if (this.hasStopped) clearInterval(timer);
    }, BETWEEN_LOOKS);
    return () => clearInterval(timer);
  }

  /** The host's crypto store, which is not called any more once the client is stopped. */
  get cryptoStore(): CryptoStore {
    const { cryptoStore } = this.#host;
    return {
      getContents: async () => this.#running(cryptoStore).getContents(),
      getDecryptionKey: async () => this.#running(cryptoStore).getDecryptionKey(),
      onDecryptionKeyChange: (listener) => cryptoStore.onDecryptionKeyChange(listener),
      importRoomKeys: async (roomKeys, version) => this.#running(cryptoStore).importRoomKeys(roomKeys, version),
      importExportedRoomKeys: async (roomKeys) => this.#running(cryptoStore).importExportedRoomKeys(roomKeys),
      ...(cryptoStore.getBackedUp && {
        getBackedUp: async () => (await this.#running(cryptoStore).getBackedUp?.()) ?? null,
      }),
      backUpAgain: async () => this.#running(cryptoStore).backUpAgain?.(),
      nextUpload: async () => (await this.#running(cryptoStore).nextUpload?.()) ?? null,
      onUpload: (listener) => cryptoStore.onUpload?.(listener) ?? (() => {}),
      markUploaded: async (upload, answer) => this.#running(cryptoStore).markUploaded?.(upload, answer),
    };
  }

  /** @throws AbortError */
  #running(cryptoStore: CryptoStore): CryptoStore {
    if (this.hasStopped) throw new DOMException("The client was stopped", "AbortError");
    return cryptoStore;
  }
}
