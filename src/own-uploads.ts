/** Has the worker note what this device itself uploads, so that the backup need not be downloaded for it. */
import type { CryptoStore, RoomKeyUpload } from "./host.js";
import type { EncryptedSample } from "./protocol.js";
import { StoreCount } from "./store-count.js";
import type { WorkerLink } from "./worker-link.js";

export class OwnUploads {
  readonly #cryptoStore: CryptoStore;
  readonly #worker: () => WorkerLink;
  readonly #signal: AbortSignal;
  #storeCount: StoreCount | null = null;
  #noted: Promise<void> = Promise.resolve();
  #settle: (() => void) | null = null;
  #underWay: Promise<void> | null = null;
  #sent = 0;

  constructor(cryptoStore: CryptoStore, worker: () => WorkerLink, signal: AbortSignal) {
    this.#cryptoStore = cryptoStore;
    this.#worker = worker;
    this.#signal = signal;
  }

  /** Resolves when all is noted that was sent until now. */
  get noted(): Promise<void> {
    return this.#noted;
  }

  /** How many were sent until now. */
  get sentCount(): number {
    return this.#sent;
  }

  get isUnderWay(): boolean {
    return this.#underWay !== null;
  }

  /** Resolves when all is noted that is on its way, too. */
  async settled(): Promise<void> {
    await this.#underWay;
    await this.#noted;
  }

  /** It is on its way from now on: the homeserver may have it before that is heard of. */
  encrypted(): void {
    this.#underWay ??= new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** In the order in which they were sent. What is not noted is downloaded one day. */
  sent(upload: RoomKeyUpload, answer: string): void {
    this.#noted = this.#noted.then(() => this.#note(upload, answer)).catch(() => {});
    this.#sent++;
    this.#settle?.();
    this.#underWay = null;
  }

  async #note({ version, body }: RoomKeyUpload, answer: string): Promise<void> {
    const { etag, count } = JSON.parse(answer) as { readonly etag?: unknown; readonly count?: unknown };
    const sample = encryptedSampleOf(body);
    if (typeof etag !== "string" || typeof count !== "number" || !sample) return;
    const store = await this.#countedStore();
    await this.#worker().call("noteUpload", [{ version, etag, count, sample, store }], this.#signal);
  }

  async #countedStore() {
    if (this.#storeCount) return this.#storeCount.countInTime();
    this.#storeCount = await StoreCount.begin(this.#cryptoStore);
    return this.#storeCount.contents;
  }
}

/** Of `PUT /room_keys/keys`, as far as it matters here. */
interface EncryptedBody {
  readonly rooms: Readonly<Record<string, { readonly sessions: Readonly<Record<string, EncryptedSession>> }>>;
}

interface EncryptedSession {
  readonly session_data?: { readonly ephemeral?: string };
}

/** The first that there is. */
function encryptedSampleOf(body: string): EncryptedSample | null {
  const { rooms } = JSON.parse(body) as EncryptedBody;
  for (const [roomId, { sessions }] of Object.entries(rooms)) {
    for (const [sessionId, { session_data: data }] of Object.entries(sessions))
      if (data?.ephemeral) return { roomId, sessionId, ephemeral: data.ephemeral };
  }
  return null;
}
