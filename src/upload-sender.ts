/** Sends what the client has encrypted for its backup, one request at a time, and counts it as backed up once the homeserver took it. */
import type { CryptoStore, RoomKey, RoomKeyUpload } from "./host.js";
import { nameOf, sampleOf, sessionsIn, UploadSamples } from "./upload-samples.js";
import type { WorkerLink } from "./worker-link.js";

export class UploadSender {
  readonly #cryptoStore: CryptoStore;
  readonly #worker: () => WorkerLink;
  /** Sessions of the request that is on its way, or is to be sent again. */
  #inFlight: ReadonlySet<string> = new Set();
  #isOvertaken = false;
  #again: Promise<void> = Promise.resolve();
  readonly samples = new UploadSamples();

  constructor(cryptoStore: CryptoStore, worker: () => WorkerLink) {
    this.#cryptoStore = cryptoStore;
    this.#worker = worker;
  }

  /** @returns how many room keys were sent; 0 if there are none to be. @throws KeyBackupSyncError what the homeserver answers else */
  async send(signal: AbortSignal): Promise<number> {
    const upload = await this.#cryptoStore.nextUpload?.();
    if (!upload) return 0;
    const sessions = this.encrypted(upload);
    const answer = await this.#worker().call("uploadRoomKeys", [upload.version, upload.body], signal);
    await this.#cryptoStore.markUploaded?.(upload, answer);
    const [first] = sessions;
    if (first) this.samples.add(first);
    await this.sent();
    return sessions.length;
  }

  /** Whoever sends it: these are the copies that go to the homeserver. @returns its sessions */
  encrypted({ body }: RoomKeyUpload) {
    const sessions = sessionsIn(body);
    this.#inFlight = new Set(sessions.map(nameOf));
    return sessions;
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

  /** The request counts as backed up. Resolves when a better copy than one that it had is to be sent again. */
  sent(): Promise<void> {
    this.#inFlight = new Set();
    this.#again = this.#again.catch(() => {}).then(() => this.#sendOvertakenAgain());
    return this.#again;
  }

  async #sendOvertakenAgain(): Promise<void> {
    if (!this.#isOvertaken) return;
    await this.#cryptoStore.backUpAgain?.();
    this.#isOvertaken = false;
  }
}
