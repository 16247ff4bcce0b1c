/** What tests ask of the crypto of a matrix-js-sdk client, of whatever copy of the SDK. */
import type { OlmMachine } from "@matrix-org/matrix-sdk-crypto-wasm";
import type { MatrixClient } from "matrix-js-sdk";
import type { CryptoApi } from "matrix-js-sdk/lib/crypto-api/index.js";
import type { Logger } from "matrix-js-sdk/lib/logger.js";

export const quiet: Logger = { getChild: () => quiet, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export function cryptoOf(client: MatrixClient): CryptoApi {
  const crypto = client.getCrypto();
  if (!crypto) throw new Error("The client has no crypto");
  return crypto;
}

/** What is truly in the crypto store. */
export async function countRoomKeys(client: MatrixClient): Promise<number> {
  return (await roomKeyCounts(client)).total;
}

export async function roomKeyCounts(client: MatrixClient): Promise<{ total: number; backedUp: number }> {
  const { total, backedUp } = await olmMachineOf(client).roomKeyCounts();
  return { total, backedUp };
}

/** For what matrix-js-sdk has no public way to ask. */
export function olmMachineOf(client: MatrixClient): OlmMachine {
  return (cryptoOf(client) as unknown as { readonly olmMachine: OlmMachine }).olmMachine;
}

/** As by entering the recovery key. @param decryptionKey base64 */
export function learnDecryptionKey(client: MatrixClient, decryptionKey: string, version: string): Promise<void> {
  const bytes = Uint8Array.from(atob(decryptionKey), (character) => character.charCodeAt(0));
  return cryptoOf(client).storeSessionBackupPrivateKey(bytes, version);
}
