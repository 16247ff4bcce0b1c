/** A backup whose decryption key was made from a passphrase, as clients made it before there was secret storage. */
import { BackupDecryptionKey, initAsync } from "@matrix-org/matrix-sdk-crypto-wasm";
import { keyFromAuthData } from "matrix-js-sdk/lib/common-crypto/key-passphrase.js";
import { encryptRoomKeys, type KeyBackup, makeRoomKey, roomIdAt, toBase64 } from "./room-keys.mjs";

export const SALTED = { private_key_salt: "sodium", private_key_iterations: 1000, private_key_bits: 256 };

export async function makePassphraseBackup(keys: number, passphrase: string): Promise<KeyBackup> {
  await initAsync();
  const decryptionKey = toBase64(await keyFromAuthData(SALTED, passphrase));
  const publicKey = BackupDecryptionKey.fromBase64(decryptionKey).megolmV1PublicKey.publicKeyBase64;
  const roomKeys = Array.from({ length: keys }, (_, at) => makeRoomKey(roomIdAt(at, 3)));
  return { decryptionKey, publicKey, roomKeys, response: await encryptRoomKeys(roomKeys, publicKey) };
}
