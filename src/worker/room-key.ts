/**
 * The one rule for room keys from a backup, whatever way they take: repair what the megolm ratchet does not need, keep what is well-formed,
 * reject only what cannot decrypt a message. Each room key is made anew from its named members, so that no other member of what a client
 * wrote, and no value of another type, reaches the page, a crypto store or a rescue copy. A repair never widens what a key may do.
 */
import type { RoomKey } from "../host.js";
import { isEd25519Point } from "./ed25519-point.js";
import { base64Of, bytesOfBase64, canonicalKey } from "./lenient-base64.js";

const MEGOLM_V1: RoomKey["algorithm"] = "m.megolm.v1.aes-sha2";

/** Session export format: version byte, index, ratchet, Ed25519 public key. */
const EXPORT_BYTES = 1 + 4 + 128 + 32;
const EXPORT_VERSION = 1;
const PUBLIC_KEY_AT = EXPORT_BYTES - 32;

/** Every crypto store wants a sender key, and none uses it to decrypt. No device can have this one: it is no public key of any secret. */
const NO_SENDER_KEY = "A".repeat(43);

/**
 * Names of the flag that lets a key be given to users who are invited later. crypto-wasm 15 to 18.0 read the first, 18.9 reads both and
 * refuses a key that has both, 12 reads neither.
 */
const SHARED_HISTORY = "org.matrix.msc3061.shared_history";
const SHARED_HISTORY_NAMES = [SHARED_HISTORY, "m.shared_history"];

/** Most keys are of a few devices, and a look at a point takes longer than all else here. */
const MOST_REMEMBERED = 1000;
const signingKeys = new Map<string, string | null>();

/** Where the key is in the backup: as the homeserver says. */
export interface RoomKeyPlace {
  readonly roomId: string;
  readonly sessionId: string;
}

/**
 * @param data what was decrypted: https://spec.matrix.org/v1.16/client-server-api/#definition-backedupsessiondata
 * @returns `null` if it can decrypt no message of this session
 */
export function roomKeyFrom(
  { roomId, sessionId }: RoomKeyPlace,
  data: Readonly<Record<string, unknown>>,
): RoomKey | null {
  const session = sessionOf(data.session_key);
  if (!session || session.id !== canonicalKey(sessionId) || !isMegolm(data.algorithm)) return null;
  return {
    algorithm: MEGOLM_V1,
    room_id: roomId,
    session_id: session.id,
    session_key: session.key,
    sender_key: canonicalKey(data.sender_key) ?? NO_SENDER_KEY,
    sender_claimed_keys: claimedKeysOf(data.sender_claimed_keys),
    forwarding_curve25519_key_chain: chainOf(data.forwarding_curve25519_key_chain),
    ...(isSharedHistory(data) && { [SHARED_HISTORY]: true }),
  };
}

/** What follows the public key is dropped: crypto stores do not look at it. */
function sessionOf(sessionKey: unknown): { readonly id: string; readonly key: string } | null {
  const bytes = bytesOfBase64(sessionKey)?.subarray(0, EXPORT_BYTES);
  if (bytes?.length !== EXPORT_BYTES || bytes[0] !== EXPORT_VERSION) return null;
  return { id: base64Of(bytes.subarray(PUBLIC_KEY_AT)), key: base64Of(bytes) };
}

/** The format of the session key has no other algorithm, so none at all says the same. One with another name is for other messages. */
function isMegolm(algorithm: unknown): boolean {
  return typeof algorithm !== "string" || algorithm === "" || algorithm === MEGOLM_V1;
}

/** No other algorithm than Ed25519 is specified. */
function claimedKeysOf(value: unknown): RoomKey["sender_claimed_keys"] {
  const ed25519 = signingKeyOf((value as { readonly ed25519?: unknown } | null | undefined)?.ed25519);
  return ed25519 === null ? {} : { ed25519 };
}

function signingKeyOf(value: unknown): string | null {
  const key = canonicalKey(value);
  if (key === null) return null;
  const known = signingKeys.get(key);
  if (known !== undefined) return known;
  const signingKey = isEd25519Point(bytesOfBase64(key) as Uint8Array) ? key : null;
  if (signingKeys.size === MOST_REMEMBERED) signingKeys.clear();
  signingKeys.set(key, signingKey);
  return signingKey;
}

function chainOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(canonicalKey).filter((key) => key !== null) : [];
}

/** Said by one name or both, and denied by none: a value that is no boolean is no consent. */
function isSharedHistory(data: Readonly<Record<string, unknown>>): boolean {
  const said = SHARED_HISTORY_NAMES.filter((name) => Object.hasOwn(data, name)).map((name) => data[name]);
  return said.length > 0 && said.every((value) => value === true);
}
