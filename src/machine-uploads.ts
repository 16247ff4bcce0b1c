/** The uploads of an OlmMachine, of whatever copy of crypto-wasm: it encrypts 100 room keys at a time, and one such request at a time. */
import type { CryptoStore } from "./host.js";
import { type UploadingMachine, uploadWatchOf } from "./upload-watch.js";

export function uploadsOf(
  machine: UploadingMachine,
): Required<Pick<CryptoStore, "nextUpload" | "markUploaded" | "onUpload">> {
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
    // It may be a private part of an SDK, which another version of that may not have.
    onUpload: (listener) => (isUploading(machine) ? uploadWatchOf(machine).subscribe(listener) : () => {}),
  };
}

function isUploading(machine: Partial<UploadingMachine> | undefined): boolean {
  return typeof machine?.backupRoomKeys === "function" && typeof machine.markRequestAsSent === "function";
}
