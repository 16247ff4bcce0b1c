/**
 * Makes synthetic room keys that a true crypto store takes, and encrypts them for a key backup. Runs in a page and in Node.
 * It knows no homeserver; for great numbers see room-keys-file.mjs.
 */
import { Curve25519PublicKey, initAsync, PkDecryption, PkEncryption } from "@matrix-org/matrix-sdk-crypto-wasm";
import { ed25519 } from "@noble/curves/ed25519.js";

/** @typedef {import("./room-keys.d.mts").BackedUpRoomKey} BackedUpRoomKey */
/** @typedef {import("./room-keys.d.mts").KeyBackup} KeyBackup */
/** @typedef {import("./room-keys.d.mts").KeyBackupPair} KeyBackupPair */
/** @typedef {import("./room-keys.d.mts").SyntheticRoomKey} SyntheticRoomKey */

/** Session keys with random bytes at these places: https://spec.matrix.org/v1.16/client-server-api/#definition-backedupsessiondata */
const EXPORT_FORMAT = 1;
const RATCHET_START = 5;
const PUBLIC_KEY_START = RATCHET_START + 128;

const { Point } = ed25519;
/** The last public key. @type {InstanceType<typeof Point> | undefined} */
let point;

/** @param {{ keys: number, rooms: number }} size @returns {Promise<KeyBackup>} */
export async function makeKeyBackup({ keys, rooms }) {
  const pair = await makeBackupKeyPair();
  const roomKeys = Array.from({ length: keys }, (_, index) => makeRoomKey(roomIdAt(index, rooms)));
  return { ...pair, roomKeys, response: await encryptRoomKeys(roomKeys, pair.publicKey) };
}

/** @returns {Promise<KeyBackupPair>} */
export async function makeBackupKeyPair() {
  await initAsync();
  const pair = new PkDecryption();
  return { decryptionKey: pair.secretKey().toBase64(), publicKey: pair.publicKey().toBase64() };
}

/**
 * Rooms take turns, so that each has the same number of keys.
 * @param {number} index @param {number} rooms @param {number} [idLength] characters, where the ID is to be a long one
 */
export function roomIdAt(index, rooms, idLength = 28) {
  const [begin, end] = ["!synthetic", ":localhost"];
  return `${begin}${String(index % rooms).padStart(idLength - begin.length - end.length, "0")}${end}`;
}

/** @param {string} roomId @param {string} [claimedKey] base64 @returns {SyntheticRoomKey} */
export function makeRoomKey(roomId, claimedKey) {
  const publicKey = makeEd25519PublicKey();
  return {
    algorithm: "m.megolm.v1.aes-sha2",
    room_id: roomId,
    session_id: toBase64(publicKey),
    sender_key: toBase64(crypto.getRandomValues(new Uint8Array(32))),
    sender_claimed_keys: { ed25519: claimedKey ?? toBase64(makeEd25519PublicKey()) },
    forwarding_curve25519_key_chain: [],
    session_key: toBase64(makeSessionKey(publicKey)),
  };
}

/** What is encrypted for the backup: room and session are told by where it is put. @param {SyntheticRoomKey} roomKey */
export function plaintextOf(roomKey) {
  const { room_id, session_id, ...plaintext } = roomKey;
  return JSON.stringify(plaintext);
}

/** As the homeserver answers to `GET /room_keys/keys`. @param {SyntheticRoomKey[]} roomKeys @param {string} publicKey */
export async function encryptRoomKeys(roomKeys, publicKey) {
  await initAsync();
  const encryption = PkEncryption.fromKey(new Curve25519PublicKey(publicKey));
  /** @type {KeyBackup["response"]} */
  const response = { rooms: {} };
  for (const roomKey of roomKeys) {
    response.rooms[roomKey.room_id] ??= { sessions: {} };
    const { sessions } = /** @type {KeyBackup["response"]["rooms"][string]} */ (response.rooms[roomKey.room_id]);
    sessions[roomKey.session_id] = encryptRoomKey(roomKey, encryption);
  }
  encryption.free();
  return response;
}

/** @param {SyntheticRoomKey} roomKey @param {PkEncryption} encryption @returns {BackedUpRoomKey} */
function encryptRoomKey(roomKey, encryption) {
  const message = encryption.encryptString(plaintextOf(roomKey));
  const { ciphertext, ephemeralKey, mac } = message.toBase64();
  message.free();
  return asBackedUp({ ciphertext, ephemeral: ephemeralKey, mac });
}

/** Anything at all, encrypted for the backup: whoever has the public key can. @param {string} plaintext @param {string} publicKey */
export function encryptForBackup(plaintext, publicKey) {
  const encryption = PkEncryption.fromKey(new Curve25519PublicKey(publicKey));
  const message = encryption.encryptString(plaintext);
  const { ciphertext, ephemeralKey, mac } = message.toBase64();
  message.free();
  encryption.free();
  return asBackedUp({ ciphertext, ephemeral: ephemeralKey, mac });
}

/** @param {BackedUpRoomKey["session_data"]} session_data @returns {BackedUpRoomKey} */
export function asBackedUp(session_data) {
  return { first_message_index: 0, forwarded_count: 0, is_verified: false, session_data };
}

/** @param {Uint8Array} publicKey */
function makeSessionKey(publicKey) {
  const sessionKey = new Uint8Array(PUBLIC_KEY_START + publicKey.length);
  sessionKey[0] = EXPORT_FORMAT;
  crypto.getRandomValues(sessionKey.subarray(RATCHET_START, PUBLIC_KEY_START));
  sessionKey.set(publicKey, PUBLIC_KEY_START);
  return sessionKey;
}

/**
 * A true point of the curve: the crypto store drops a room key with any other bytes without a word. Each is the one before plus the base
 * point, which takes some 50 µs; WebKitGTK takes 8 ms to generate a key pair, and nobody needs the private key.
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function makeEd25519PublicKey() {
  point = point?.add(Point.BASE) ?? Point.BASE.multiplyUnsafe(randomScalar());
  return new Uint8Array(point.toBytes());
}

function randomScalar() {
  const bytes = crypto.getRandomValues(new Uint8Array(31));
  return bytes.reduce((scalar, byte) => scalar * 256n + BigInt(byte), 1n);
}

/** Unpadded, as everywhere in Matrix. @param {Uint8Array} bytes */
export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}
