/** Sends what the client has encrypted for its backup, one request at a time, and counts it as backed up once the homeserver took it. */
import type { CryptoStore, RoomKey } from "./host.js";
import { nameOf, sampleOf, sessionsIn, UploadSamples } from "./upload-samples.js";
import type { WorkerLink } from "./worker-link.js";

export class UploadSender {
  readonly #cryptoStore: CryptoStore;
  readonly #worker: () => WorkerLink;
  /** Sessions of the request that is on its way. */
  #inFlight: ReadonlySet<string> = new Set();
  #isOvertaken = false;
  readonly samples = new UploadSamples();

  constructor(cryptoStore: CryptoStore, worker: () => WorkerLink) {
    this.#cryptoStore = cryptoStore;
    this.#worker = worker;
  }

  /** @returns how many room keys were sent; 0 if there are none to be. @throws KeyBackupSyncError what the homeserver answers else */
  async send(signal: AbortSignal): Promise<number> {
    const upload = await this.#cryptoStore.nextUpload?.();
    if (!upload) return 0;
    const sessions = sessionsIn(upload.body);
    this.#inFlight = new Set(sessions.map(nameOf));
    try {
      const answer = await this.#worker().call("uploadRoomKeys", [upload.version, upload.body], signal);
      await this.#cryptoStore.markUploaded?.(upload, answer);
    } finally {
      this.#inFlight = new Set();
    }
    const [first] = sessions;
    if (first) this.samples.add(first);
    await this.#sendOvertakenAgain();
    return sessions.length;
  }

  /**
   * Room keys that are not in the backup go into the crypto store. crypto-wasm counts a session as backed up when the answer to its upload
   * comes, also where a better copy went in after that was encrypted.
   */
  imported(roomKeys: readonly RoomKey[]): void {
    for (const sample of roomKeys.map(sampleOf)) {
      if (this.#inFlight.has(nameOf(sample))) this.#isOvertaken = true;
      this.samples.add(sample);
    }
  }

  async #sendOvertakenAgain(): Promise<void> {
    if (!this.#isOvertaken) return;
    this.#isOvertaken = false;
    await this.#cryptoStore.backUpAgain?.();
  }
}
