/** Thirty room keys with a good session key and something odd around it, as clients in the wild write them: each decrypts its message. */
import type { SyntheticRoomKey } from "../support/room-keys.mjs";
import { toBase64 } from "../support/room-keys.mjs";

/** What is encrypted for the backup, and under which session ID. */
export interface OddRoomKey {
  readonly sessionId: string;
  readonly plaintext: string;
}

type Odd = (roomKey: SyntheticRoomKey) => object;

const NO_POINT = toBase64(new Uint8Array(32).fill(2));
const NESTED = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;

const ODD_MEMBERS: Readonly<Record<string, Odd>> = {
  "no claimed keys": () => ({ sender_claimed_keys: undefined }),
  "null for claimed keys": () => ({ sender_claimed_keys: null }),
  "a text for claimed keys": () => ({ sender_claimed_keys: "text" }),
  "an empty claimed key": () => ({ sender_claimed_keys: { ed25519: "" } }),
  "null for the claimed key": () => ({ sender_claimed_keys: { ed25519: null } }),
  "a claimed key that is no point of the curve": () => ({ sender_claimed_keys: { ed25519: NO_POINT } }),
  "another claimed key, null": (it) => ({ sender_claimed_keys: { ...it.sender_claimed_keys, other: null } }),
  "a url-safe claimed key": (it) => ({ sender_claimed_keys: { ed25519: urlSafe(it.sender_claimed_keys.ed25519) } }),
  "an empty key in the chain": () => ({ forwarding_curve25519_key_chain: [""] }),
  "a text in the chain": () => ({ forwarding_curve25519_key_chain: ["x"] }),
  "null in the chain": () => ({ forwarding_curve25519_key_chain: [null] }),
  "a text for the chain": () => ({ forwarding_curve25519_key_chain: "text" }),
  "null for the chain": () => ({ forwarding_curve25519_key_chain: null }),
  "no chain": () => ({ forwarding_curve25519_key_chain: undefined }),
  "neither claimed key nor chain, as mautrix-go writes it": () => ({
    sender_claimed_keys: { ed25519: "" },
    forwarding_curve25519_key_chain: null,
  }),
  "null for shared history": () => ({ "org.matrix.msc3061.shared_history": null }),
  "a text for shared history": () => ({ "org.matrix.msc3061.shared_history": "yes" }),
  "null for shared history by its new name": () => ({ "m.shared_history": null }),
  "a text for shared history by its new name": () => ({ "m.shared_history": "yes" }),
  "shared history by both names": () => ({ "m.shared_history": true, "org.matrix.msc3061.shared_history": true }),
  "a padded session key": ({ session_key }) => ({ session_key: padded(session_key) }),
  "a session key with too much padding": ({ session_key }) => ({ session_key: `${session_key}==` }),
  "a url-safe session key": ({ session_key }) => ({ session_key: urlSafe(session_key) }),
  "a longer session key": ({ session_key }) => ({ session_key: `${session_key}AAAA` }),
  "a padded sender key": ({ sender_key }) => ({ sender_key: padded(sender_key) }),
  "no sender key": () => ({ sender_key: undefined }),
  "no algorithm": () => ({ algorithm: undefined }),
};

const ODD_IDS: Readonly<Record<string, (sessionId: string) => string>> = {
  "a padded session ID": padded,
  "a url-safe session ID": urlSafe,
};

/** Name and maker of each. */
export const ODD_ROOM_KEYS: readonly (readonly [string, (roomKey: SyntheticRoomKey) => OddRoomKey])[] = [
  ...Object.entries(ODD_MEMBERS).map(
    ([name, odd]) => [name, (it: SyntheticRoomKey) => oddRoomKey(it, odd(it))] as const,
  ),
  ...Object.entries(ODD_IDS).map(
    ([name, odd]) =>
      [name, (it: SyntheticRoomKey) => ({ ...oddRoomKey(it, {}), sessionId: odd(it.session_id) })] as const,
  ),
  [
    "a deeply nested member more",
    (it) => {
      const { sessionId, plaintext } = oddRoomKey(it, {});
      return { sessionId, plaintext: plaintext.replace(/\}$/, `,"extra":${NESTED}}`) };
    },
  ],
];

/** They have a session key, and decrypt nothing. */
export const USELESS_ROOM_KEYS: Readonly<Record<string, Odd>> = {
  "an algorithm that nobody knows": () => ({ algorithm: "m.megolm.v9" }),
  "the session key of another session": ({ session_key }) => ({ session_key: `${session_key.slice(0, -4)}AAAA` }),
  "a session key that is cut off": ({ session_key }) => ({ session_key: session_key.slice(0, -4) }),
};

export function oddRoomKey(roomKey: SyntheticRoomKey, odd: object): OddRoomKey {
  const { room_id, session_id, ...members } = roomKey;
  return { sessionId: session_id, plaintext: JSON.stringify({ ...members, ...odd }) };
}

function padded(base64: string): string {
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
}

function urlSafe(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}
