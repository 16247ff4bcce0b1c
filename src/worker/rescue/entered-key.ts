/** What a user entered: a recovery key, or else perhaps a passphrase. Derives each key once, however many backups it is tried on. */
import { isFault } from "../../errors.js";
import { decodeRecoveryKey } from "./recovery-key.js";
import { keyFromPassphrase } from "./secret-storage.js";
import type { PassphraseDescription } from "./stored-backup-key.js";

type Key = Uint8Array<ArrayBuffer>;

/**
 * Rounds of PBKDF2 for one text, over all that a file or the account data describe: about 10 s of a slow phone. Clients take 500,000, and
 * an account has one or two keys that a passphrase gives.
 */
const MOST_ROUNDS = 10_000_000;

export class EnteredKey {
  /** 32 bytes, `null` if the text is no recovery key. */
  readonly recoveryKey: Key | null;
  readonly #texts: readonly string[];
  readonly #derived = new Map<string, Promise<Key[]>>();
  #roundsLeft: number;

  constructor(text: string, mostRounds = MOST_ROUNDS) {
    this.recoveryKey = recoveryKeyIn(text);
    this.#roundsLeft = mostRounds;
    // A paste may bring a line break; a passphrase may also begin or end with a space.
    this.#texts = [...new Set([text, text.trim()])];
  }

  /** The keys that the text gives as a passphrase; none where that would take too long, after all that was derived before. */
  keysBy(description: PassphraseDescription): Promise<Key[]> {
    const { algorithm, salt, iterations, bits } = description;
    const id = JSON.stringify([algorithm, salt, iterations, bits ?? null]);
    const known = this.#derived.get(id) ?? this.#derive(description);
    this.#derived.set(id, known);
    return known;
  }

  async #derive(description: PassphraseDescription): Promise<Key[]> {
    if (description.iterations > this.#roundsLeft) return [];
    this.#roundsLeft -= Math.max(0, description.iterations);
    const keys = await Promise.all(this.#texts.map((text) => keyFromPassphrase(description, text)));
    return keys.filter((key) => key !== null);
  }
}

function recoveryKeyIn(text: string): Key | null {
  try {
    return decodeRecoveryKey(text);
  } catch (cause) {
    if (isFault(cause, "recovery-key-invalid")) return null;
    throw cause;
  }
}
