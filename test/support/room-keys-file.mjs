/**
 * Makes backups of up to millions of synthetic room keys, one line a key, and keeps them under .cache/ for the next run. Node only.
 * It does not know where they go: see synapse-seed.mjs.
 */
import {
  createCipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from "node:crypto";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeBackupKeyPair, makeEd25519PublicKey, makeRoomKey, plaintextOf, roomIdAt, toBase64 } from "./room-keys.mjs";

/** @typedef {import("./room-keys.d.mts").KeyBackupPair & { path: string }} KeyBackupFile */
/** @typedef {{ keys: number, rooms: number, idLength?: number | undefined }} Size `idLength`: of room IDs, where they are to be long ones */

const CACHE = join(dirname(fileURLToPath(import.meta.url)), "..", "..", ".cache", "key-backups");
/** Part of the file's name: raise it when what is written changes. */
const FORMAT = 2;
/** One ephemeral key for each of these. */
const KEYS_AT_A_TIME = 1000;
const SENDERS = 500;
/** By path: whoever asks for a file while it is being written gets that one, and writes no other. @type {Map<string, Promise<void> | undefined>} */
const written = new Map();
const X25519_SPKI_PREFIX = Buffer.from("302a300506032b656e032100", "hex");

/**
 * First a line with the key pair as JSON, then lines of `room id, tab, session id, tab, session_data`.
 * @param {Size} size @returns {Promise<KeyBackupFile>}
 */
export async function keyBackupFile({ keys, rooms, idLength }) {
  const long = idLength === undefined ? "" : `-of-${idLength}`;
  const path = join(CACHE, `${keys}-keys-${rooms}-rooms${long}.v${FORMAT}.tsv`);
  if (!written.has(path)) written.set(path, existsSync(path) ? undefined : publish(path, { keys, rooms, idLength }));
  await written.get(path);
  return { path, ...(await readPair(path)) };
}

/** By rename, so that another process does not see half of it. @param {string} path @param {Size} size */
async function publish(path, size) {
  mkdirSync(CACHE, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  await writeBackup(unfinished, size);
  renameSync(unfinished, path);
}

/** @param {string} path @returns {Promise<import("./room-keys.d.mts").KeyBackupPair>} */
async function readPair(path) {
  const file = await open(path);
  for await (const line of file.readLines()) return JSON.parse(line);
  throw new Error(`${path} is empty: delete it`);
}

/** @param {string} path @param {Size} size */
async function writeBackup(path, { keys, rooms, idLength }) {
  const pair = await makeBackupKeyPair();
  const senders = Array.from({ length: Math.min(SENDERS, keys) }, () => toBase64(makeEd25519PublicKey()));
  const file = await open(path, "w");
  await file.write(`${JSON.stringify(pair)}\n`);
  for (let start = 0; start < keys; start += KEYS_AT_A_TIME) {
    const length = Math.min(KEYS_AT_A_TIME, keys - start);
    const encrypt = makeEncryption(pair.publicKey);
    const lines = Array.from({ length }, (_, index) => {
      const at = start + index;
      return makeLine(roomIdAt(at, rooms, idLength), /** @type {string} */ (senders[at % senders.length]), encrypt);
    });
    await file.write(lines.join(""));
  }
  await file.close();
}

/** @param {string} roomId @param {string} sender @param {(plaintext: string) => object} encrypt */
function makeLine(roomId, sender, encrypt) {
  const roomKey = makeRoomKey(roomId, sender);
  return `${roomId}\t${roomKey.session_id}\t${JSON.stringify(encrypt(plaintextOf(roomKey)))}\n`;
}

/**
 * `m.megolm_backup.v1.curve25519-aes-sha2`, with one ephemeral key for many room keys: a hundred times cheaper to make, and to
 * whoever decrypts it is all the same. The MAC is over nothing, as in every implementation.
 * @see https://spec.matrix.org/v1.16/client-server-api/#backup-algorithm-mmegolm_backupv1curve25519-aes-sha2
 * @param {string} publicKey
 */
function makeEncryption(publicKey) {
  const ephemeral = generateKeyPairSync("x25519", {
    publicKeyEncoding: { format: "der", type: "spki" },
    privateKeyEncoding: { format: "der", type: "pkcs8" },
  });
  const secret = diffieHellman({
    privateKey: createPrivateKey({ key: ephemeral.privateKey, format: "der", type: "pkcs8" }),
    publicKey: createPublicKey({
      key: Buffer.concat([X25519_SPKI_PREFIX, Buffer.from(publicKey, "base64")]),
      format: "der",
      type: "spki",
    }),
  });
  const derived = Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(32), "", 80));
  const session = {
    ephemeral: toBase64(ephemeral.publicKey.subarray(X25519_SPKI_PREFIX.length)),
    mac: toBase64(createHmac("sha256", derived.subarray(32, 64)).digest().subarray(0, 8)),
  };
  return (/** @type {string} */ plaintext) => {
    const cipher = createCipheriv("aes-256-cbc", derived.subarray(0, 32), derived.subarray(64));
    return { ...session, ciphertext: toBase64(Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()])) };
  };
}
