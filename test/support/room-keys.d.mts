/** Types of room-keys.mjs for the tests, which are TypeScript. */

/** A room key as a crypto store imports it. */
export interface SyntheticRoomKey {
  readonly algorithm: "m.megolm.v1.aes-sha2";
  readonly room_id: string;
  readonly session_id: string;
  readonly sender_key: string;
  readonly sender_claimed_keys: { readonly ed25519: string };
  readonly forwarding_curve25519_key_chain: readonly string[];
  readonly session_key: string;
}

/** A room key as it lies in the backup: https://spec.matrix.org/v1.16/client-server-api/#definition-keybackupdata */
export interface BackedUpRoomKey {
  readonly first_message_index: number;
  readonly forwarded_count: number;
  readonly is_verified: boolean;
  readonly session_data: { readonly ciphertext: string; readonly ephemeral: string; readonly mac: string };
}

/** Both are unpadded base64. */
export interface KeyBackupPair {
  readonly decryptionKey: string;
  /** Goes into the backup's `auth_data.public_key`. */
  readonly publicKey: string;
}

export interface KeyBackup extends KeyBackupPair {
  readonly roomKeys: readonly SyntheticRoomKey[];
  /** The answer to `GET /room_keys/keys`. */
  readonly response: { rooms: Record<string, { sessions: Record<string, BackedUpRoomKey> }> };
}

export function makeKeyBackup(size: { keys: number; rooms: number }): Promise<KeyBackup>;
export function makeBackupKeyPair(): Promise<KeyBackupPair>;
export function makeRoomKey(roomId: string, claimedKey?: string): SyntheticRoomKey;
export function encryptRoomKeys(
  roomKeys: readonly SyntheticRoomKey[],
  publicKey: string,
): Promise<KeyBackup["response"]>;
/** Once a key backup was made: that loads what it needs. */
export function encryptForBackup(plaintext: string, publicKey: string): BackedUpRoomKey;
export function makeEd25519PublicKey(): Uint8Array<ArrayBuffer>;
export function roomIdAt(index: number, rooms: number, idLength?: number): string;
export function plaintextOf(roomKey: SyntheticRoomKey): string;
export function asBackedUp(sessionData: BackedUpRoomKey["session_data"]): BackedUpRoomKey;
export function toBase64(bytes: Uint8Array): string;
