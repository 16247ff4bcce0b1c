/**
 * Opens a Matrix key export, all in one piece and by the specification alone: nothing of src/ is in it.
 * @see https://spec.matrix.org/v1.16/client-server-api/#key-exports
 */
const FORMAT =
  /^-----BEGIN MEGOLM SESSION DATA-----\n((?:[A-Za-z0-9+/=]{1,128}\n)*)-----END MEGOLM SESSION DATA-----\n$/;

/** Places of its parts, in bytes. */
const SALT = 1;
const IV = 17;
const ROUNDS = 33;
const CIPHERTEXT = 37;
const MAC_BYTES = 32;

/** The JSON of the room keys. @throws if anything is not as it should be, such as the passphrase */
export async function openKeyExport(file: string, passphrase: string): Promise<string> {
  const lines = FORMAT.exec(file)?.[1];
  if (lines === undefined) throw new Error("Not a key export");
  const bytes = Uint8Array.from(atob(lines.replaceAll("\n", "")), (character) => character.charCodeAt(0));
  const iv = bytes.subarray(IV, ROUNDS);
  if (bytes[0] !== 1) throw new Error("Not version 1");
  if ((iv[8] as number) > 127) throw new Error("Bit 63 of the initialisation vector is set");
  const rounds = new DataView(bytes.buffer).getUint32(ROUNDS);
  const { cipher, mac } = await deriveKeys(passphrase, bytes.subarray(SALT, IV), rounds);
  const signed = bytes.subarray(0, -MAC_BYTES);
  if (!(await crypto.subtle.verify("HMAC", mac, bytes.subarray(-MAC_BYTES), signed)))
    throw new Error("Wrong passphrase");
  const how = { name: "AES-CTR", counter: iv, length: 64 };
  return new TextDecoder().decode(await crypto.subtle.decrypt(how, cipher, signed.subarray(CIPHERTEXT)));
}

async function deriveKeys(passphrase: string, salt: BufferSource, iterations: number) {
  const bytes = new TextEncoder().encode(passphrase);
  const secret = await crypto.subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-512", salt, iterations };
  const bits = await crypto.subtle.deriveBits(how, secret, 512);
  return {
    cipher: await crypto.subtle.importKey("raw", bits.slice(0, 32), "AES-CTR", false, ["decrypt"]),
    mac: await crypto.subtle.importKey("raw", bits.slice(32), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]),
  };
}
