/** One backed-up session to a room key: checks its shape, decrypts it with crypto-wasm, has a room key made of what comes out. */
import { BackupDecryptionKey, initAsync, RoomId } from "@matrix-org/matrix-sdk-crypto-wasm";
import { KeyBackupSyncError } from "../errors.js";
import type { RoomKey } from "../host.js";
import type { FailureReason } from "../state.js";
import type { BackedUpSession } from "./key-backup-parser.js";
import { roomKeyFrom } from "./room-key.js";

/** What turns backed-up sessions into room keys: with one decryption key, or with several. */
export interface RoomKeyDecryptor {
  decrypt(session: BackedUpSession): RoomKey | FailureReason;
  close(): void;
}

export class Decryptor implements RoomKeyDecryptor {
  readonly #key: BackupDecryptionKey;
  /** Of the session before: sessions come room by room. */
  #room = { id: "", isValid: false };

  private constructor(key: BackupDecryptionKey) {
    this.#key = key;
  }

  /**
   * @throws KeyBackupSyncError `decryption-key-mismatch` if this is not the key of the backup with that public key;
   * `worker-unavailable` if there is no WebAssembly
   */
  static async open(decryptionKey: Uint8Array, publicKey: string): Promise<Decryptor> {
    const decryptor = await Decryptor.of(decryptionKey);
    if (decryptor.publicKey === publicKey.replace(/=+$/, "")) return decryptor;
    decryptor.close();
    throw new KeyBackupSyncError("decryption-key-mismatch");
  }

  /** @throws KeyBackupSyncError `decryption-key-mismatch` if this is no key; `worker-unavailable` if there is no WebAssembly */
  static async of(decryptionKey: Uint8Array): Promise<Decryptor> {
    await loadWebAssembly();
    return new Decryptor(parseKey(decryptionKey));
  }

  /** The Curve25519 public key of the backup that this is the key of: base64 without padding. */
  get publicKey(): string {
    const { megolmV1PublicKey } = this.#key;
    const { publicKeyBase64 } = megolmV1PublicKey;
    megolmV1PublicKey.free();
    return publicKeyBase64;
  }

  decrypt(session: BackedUpSession): RoomKey | FailureReason {
    const encrypted = encryptedData(session);
    if (!encrypted || !this.#isRoomId(session.roomId)) return "malformed";
    let plain: string;
    try {
      plain = this.#key.decryptV1(encrypted.ephemeral, encrypted.mac, encrypted.ciphertext);
    } catch {
      return "undecryptable";
    }
    const data = members(parse(plain));
    return (data && roomKeyFrom(session, data)) ?? "rejected";
  }

  close(): void {
    this.#key.free();
  }

  #isRoomId(id: string): boolean {
    if (id !== this.#room.id) this.#room = { id, isValid: isRoomId(id) };
    return this.#room.isValid;
  }
}

/** What the crypto store refuses it refuses with a throw, for all keys of the call. */
function isRoomId(id: string): boolean {
  try {
    new RoomId(id).free();
    return true;
  } catch {
    return false;
  }
}

let webAssemblyUrl: string | null = null;

/** To be called before the first decryptor. `null`: where crypto-wasm looks by itself. */
export function setWebAssemblyUrl(url: string | null): void {
  webAssemblyUrl = url;
}

/** A policy may forbid it, or the server send the file as something else. */
async function loadWebAssembly(): Promise<void> {
  try {
    await initAsync(webAssemblyUrl ?? undefined);
  } catch (cause) {
    throw new KeyBackupSyncError("worker-unavailable", { cause });
  }
}

function parseKey(decryptionKey: Uint8Array): BackupDecryptionKey {
  try {
    return BackupDecryptionKey.fromBase64(btoa(String.fromCharCode(...decryptionKey)).replace(/=+$/, ""));
  } catch (cause) {
    throw new KeyBackupSyncError("decryption-key-mismatch", { cause });
  }
}

/** @see https://spec.matrix.org/v1.16/client-server-api/#definition-keybackupdata */
function encryptedData({ sessionId, value }: BackedUpSession) {
  const data = members(members(value)?.session_data);
  const { ephemeral, mac, ciphertext } = data ?? {};
  const isData = typeof ephemeral === "string" && typeof mac === "string" && typeof ciphertext === "string";
  return isData && sessionId !== "" ? { ephemeral, mac, ciphertext } : null;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function members(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
