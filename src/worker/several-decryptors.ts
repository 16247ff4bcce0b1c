/**
 * A decryptor with several decryption keys: for a version string that more than one backup has had. An answer may begin with one backup and
 * end with the other, and the homeserver may have told the public key of the one beside the room keys of the other.
 */
import type { RoomKey } from "../host.js";
import type { FailureReason } from "../state.js";
import type { RoomKeyDecryptor } from "./decryptor.js";
import type { BackedUpSession } from "./key-backup-parser.js";

export class SeveralDecryptors implements RoomKeyDecryptor {
  readonly #decryptors: readonly RoomKeyDecryptor[];

  /** @param decryptors in the order in which they are tried */
  constructor(decryptors: readonly RoomKeyDecryptor[]) {
    this.#decryptors = decryptors;
  }

  decrypt(session: BackedUpSession): RoomKey | FailureReason {
    let result: RoomKey | FailureReason = "undecryptable";
    for (const decryptor of this.#decryptors) {
      if (result !== "undecryptable") break;
      result = decryptor.decrypt(session);
    }
    return result;
  }

  close(): void {
    for (const decryptor of this.#decryptors) decryptor.close();
  }
}
