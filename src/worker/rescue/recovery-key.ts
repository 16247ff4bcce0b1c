/**
 * The recovery key as people have it, such as `EsTc LW2K …`, to its bytes. What it opens it does not know.
 * @see https://spec.matrix.org/v1.16/appendices/#cryptographic-key-representation
 */
import bs58 from "bs58";
import { KeyBackupSyncError } from "../../errors.js";

const PREFIX = [0x8b, 0x01] as const;
const KEY_BYTES = 32;
/** More characters than any recovery key has: to decode takes the square of them. */
const LONGEST = 64;
/**
 * Base58 has letters and digits only. Around them a paste may bring spaces of any kind, line breaks, invisible characters, quotes, brackets
 * and punctuation. The parity byte still detects a typing error.
 */
const NOT_BASE58 = /[^\p{L}\p{N}]+/gu;

/**
 * Ignores everything but letters and digits.
 * @returns 32 bytes
 * @throws KeyBackupSyncError `recovery-key-invalid`, as after a typing error
 */
export function decodeRecoveryKey(text: string): Uint8Array<ArrayBuffer> {
  const compact = text.replace(NOT_BASE58, "");
  const bytes = compact.length <= LONGEST ? bs58.decodeUnsafe(compact) : undefined;
  if (!bytes || !isRecoveryKey(bytes)) throw new KeyBackupSyncError("recovery-key-invalid");
  return Uint8Array.from(bytes.subarray(PREFIX.length, PREFIX.length + KEY_BYTES));
}

function isRecoveryKey(bytes: Uint8Array): boolean {
  const parity = bytes.reduce((sum, byte) => sum ^ byte, 0);
  return (
    bytes.length === PREFIX.length + KEY_BYTES + 1 && PREFIX.every((byte, at) => bytes[at] === byte) && parity === 0
  );
}
