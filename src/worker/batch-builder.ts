/** One batch in the making: decrypts what is new or better, counts what cannot be used, passes over what is known. */
import type { RoomKey } from "../host.js";
import type { Cursor } from "../protocol.js";
import type { FailureReason } from "../state.js";
import { NO_FAILURES } from "./backup-row.js";
import type { RoomKeyDecryptor } from "./decryptor.js";
import { fingerprintOf } from "./fingerprint.js";
import type { BackedUpSession } from "./key-backup-parser.js";
import { IMPORTED, type KnownKey, type KnownKeys, type LedgerEntry } from "./known-keys.js";
import { type OpenedKey, PreparedBatch } from "./prepared-batch.js";

/** Looked at and passed over: so many that the place should be kept, and the page told. */
const MOST_PASSED_OVER = 20_000;
const LARGEST_INDEX = 0xffffffff;

export class BatchBuilder {
  readonly #decryptor: RoomKeyDecryptor;
  readonly #known: KnownKeys | null;
  readonly #pass: number;
  readonly #roomKeys: RoomKey[] = [];
  readonly #failures: Record<FailureReason, number> = { ...NO_FAILURES };
  readonly #entries: LedgerEntry[] = [];
  readonly #opened: OpenedKey[] = [];
  #passedOver = 0;

  /** @param known `null` where no key comes twice */
  constructor(decryptor: RoomKeyDecryptor, known: KnownKeys | null, pass: number) {
    this.#decryptor = decryptor;
    this.#known = known;
    this.#pass = pass;
  }

  get isEmpty(): boolean {
    return this.#entries.length + this.#passedOver === 0;
  }

  isFull(limit: number): boolean {
    return this.#entries.length >= limit || this.#passedOver >= MOST_PASSED_OVER;
  }

  take(session: BackedUpSession): void {
    const fingerprint = fingerprintOf(session.roomId, session.sessionId);
    const firstMessageIndex = claimedIndexOf(session.value);
    const known = this.#known?.get(fingerprint) ?? null;
    if (known && !this.#isNews(known, firstMessageIndex)) {
      this.#passedOver++;
      return;
    }
    // Where the crypto store has a worse version, that stays, and the better one is tried again.
    const isCounted = known?.failedIn === IMPORTED;
    const otherwise = { fingerprint, ...(isCounted ? known : { firstMessageIndex, failedIn: this.#pass }) };
    const isUsable = this.#open(session, { at: this.#entries.length, otherwise, isCounted });
    this.#remember(isUsable ? { fingerprint, firstMessageIndex, failedIn: IMPORTED } : otherwise);
  }

  end(end: Cursor): PreparedBatch {
    const batch = { roomKeys: this.#roomKeys, failures: this.#failures, end };
    return new PreparedBatch(batch, this.#entries, this.#opened);
  }

  #isNews({ failedIn, firstMessageIndex }: KnownKey, claimed: number): boolean {
    return failedIn === IMPORTED ? claimed < firstMessageIndex : failedIn !== this.#pass;
  }

  #open(session: BackedUpSession, opened: OpenedKey): boolean {
    const result = this.#decryptor.decrypt(session);
    if (typeof result === "string") {
      if (!opened.isCounted) this.#failures[result]++;
      return false;
    }
    this.#opened.push(opened);
    this.#roomKeys.push(result);
    return true;
  }

  #remember(entry: LedgerEntry): void {
    this.#entries.push(entry);
    this.#known?.add(entry);
  }
}

/** What the homeserver says of it; nothing sensible counts as the best there can be. */
function claimedIndexOf(value: unknown): number {
  const claimed = (value as { first_message_index?: unknown } | null | undefined)?.first_message_index;
  return Number.isInteger(claimed) ? Math.min(LARGEST_INDEX, Math.max(0, claimed as number)) : 0;
}
