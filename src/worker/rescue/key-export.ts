/**
 * Room keys to the file that Matrix clients import: a JSON array, encrypted by a passphrase. Made as it is read, in bounded memory.
 * It does not know where the keys come from.
 * @see https://spec.matrix.org/v1.16/client-server-api/#key-exports
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { KeyBackupSyncError } from "../../errors.js";
import type { ExportedRoomKey } from "../exported-keys.js";
import { Base64Lines } from "./base64-lines.js";
import { CounterMode } from "./counter-mode.js";
import { streamOf } from "./streams.js";

const FIRST_LINE = "-----BEGIN MEGOLM SESSION DATA-----\n";
const LAST_LINE = "-----END MEGOLM SESSION DATA-----\n";
const FORMAT_VERSION = 1;
/** Of the passphrase: as many as other clients use. */
const ROUNDS = 500_000;
/** Characters of JSON that are encrypted at once. */
const PIECE = 64 * 1024;

const encoder = new TextEncoder();

interface Keys {
  readonly cipher: CryptoKey;
  readonly mac: Uint8Array;
}

/**
 * @throws KeyBackupSyncError `passphrase-missing` at once. What goes wrong with the keys is an error of the stream: then the file has no
 *   end, and no client takes it.
 */
export function writeKeyExport(
  roomKeys: AsyncIterable<ExportedRoomKey>,
  passphrase: string,
): ReadableStream<Uint8Array> {
  if (passphrase === "") throw new KeyBackupSyncError("passphrase-missing");
  return streamOf(textPieces(roomKeys, passphrase));
}

async function* textPieces(roomKeys: AsyncIterable<ExportedRoomKey>, passphrase: string): AsyncGenerator<Uint8Array> {
  const lines = new Base64Lines();
  yield encoder.encode(FIRST_LINE);
  for await (const bytes of sealed(roomKeys, passphrase)) yield encoder.encode(lines.encode(bytes));
  yield encoder.encode(lines.end() + LAST_LINE);
}

/** Version, salt, initialisation vector, rounds, ciphertext; and the authentication code of all that. */
async function* sealed(roomKeys: AsyncIterable<ExportedRoomKey>, passphrase: string): AsyncGenerator<Uint8Array> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = firstCounter();
  const keys = await deriveKeys(passphrase, salt);
  const mac = hmac.create(sha256, keys.mac);
  const cipher = new CounterMode(keys.cipher, iv);
  const head = Uint8Array.of(FORMAT_VERSION, ...salt, ...iv, ...bigEndian(ROUNDS));
  mac.update(head);
  yield head;
  for await (const piece of jsonPieces(roomKeys)) {
    const ciphertext = await cipher.encrypt(piece);
    mac.update(ciphertext);
    yield ciphertext;
  }
  yield mac.digest();
}

async function* jsonPieces(roomKeys: AsyncIterable<ExportedRoomKey>): AsyncGenerator<Uint8Array> {
  let text = "[";
  let separator = "";
  for await (const roomKey of roomKeys) {
    text += separator + JSON.stringify(roomKey);
    separator = ",";
    if (text.length < PIECE) continue;
    yield encoder.encode(text);
    text = "";
  }
  yield encoder.encode(`${text}]`);
}

/** Random. Its counter cannot overflow, which clients would do differently: the specification wants bit 63 to be 0. */
function firstCounter(): Uint8Array {
  const iv = crypto.getRandomValues(new Uint8Array(16));
  iv[8] = (iv[8] as number) & 0x7f;
  return iv;
}

async function deriveKeys(passphrase: string, salt: Uint8Array<ArrayBuffer>): Promise<Keys> {
  const secret = await crypto.subtle.importKey("raw", encoder.encode(passphrase), "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-512", salt, iterations: ROUNDS };
  const bits = await crypto.subtle.deriveBits(parameters, secret, 512);
  const cipher = await crypto.subtle.importKey("raw", bits.slice(0, 32), "AES-CTR", false, ["encrypt"]);
  return { cipher, mac: new Uint8Array(bits, 32) };
}

function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
