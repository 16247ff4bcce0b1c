/** What a user entered: a recovery key, or else perhaps a passphrase. Derives each key once, however many backups it is tried on. */
import { isFault } from "../../errors.js";
import { decodeRecoveryKey } from "./recovery-key.js";
import { keyFromPassphrase } from "./secret-storage.js";
import type { PassphraseDescription } from "./stored-backup-key.js";

type Key = Uint8Array<ArrayBuffer>;

export class EnteredKey {
  /** 32 bytes, `null` if the text is no recovery key. */
  readonly recoveryKey: Key | null;
  readonly #texts: readonly string[];
  readonly #derived = new Map<string, Promise<Key[]>>();

  constructor(text: string) {
    this.recoveryKey = recoveryKeyIn(text);
    // A paste may bring a line break; a passphrase may also begin or end with a space.
    this.#texts = [...new Set([text, text.trim()])];
  }

  /** The keys that the text gives as a passphrase. */
  keysBy(description: PassphraseDescription): Promise<Key[]> {
    const id = JSON.stringify(description);
    const known = this.#derived.get(id) ?? this.#derive(description);
    this.#derived.set(id, known);
    return known;
  }

  async #derive(description: PassphraseDescription): Promise<Key[]> {
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
