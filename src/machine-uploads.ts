/** The uploads of an OlmMachine, of whatever copy of crypto-wasm: it encrypts 100 room keys at a time, and one such request at a time. */
import type { CryptoStore } from "./host.js";

/** What is called of an OlmMachine. */
export interface UploadingMachine {
  backupRoomKeys(): Promise<KeysBackupRequestLike | undefined>;
  markRequestAsSent(id: string, type: number, answer: string): Promise<unknown>;
}

interface KeysBackupRequestLike {
  readonly id: string;
  readonly type: number;
  readonly version: string;
  readonly body: string;
  free(): void;
}

export function uploadsOf(machine: UploadingMachine): Required<Pick<CryptoStore, "nextUpload" | "markUploaded">> {
  /** Of a request for a key backup: a number of crypto-wasm. */
  let requestType: number | null = null;
  return {
    async nextUpload() {
      const request = await machine.backupRoomKeys();
      if (!request) return null;
      const { id, type, version, body } = request;
      request.free();
      requestType = type;
      return { id, version, body };
    },
    async markUploaded({ id }, answer) {
      if (requestType !== null) await machine.markRequestAsSent(id, requestType, answer);
    },
  };
}
