import { TestHost } from "../support/test-host.js";
import { withUploads } from "../support/uploading-machine.js";
import { hostContract } from "./host.contract.js";

hostContract("The host of other tests", async ({ url }) => {
  const host = new TestHost({ homeserverUrl: url, decryptionKey: null });
  host.renewedToken = "token-2";
  withUploads(host);
  return {
    host,
    roomKeyCounts: async () => ({
      total: host.imported.size,
      backedUp: host.imported.size - host.notBackedUp.size,
    }),
    async learnDecryptionKey({ decryptionKey }) {
      host.uploadsTo = "1";
      host.learnDecryptionKey(decryptionKey);
    },
    hearOfBackup: async () => host.hearOfBackup(),
    receiveUnreadableMessage: async (roomId) => host.cannotDecryptIn(roomId),
    stop: () => host.stop(),
    reopen: async () => host.reopened(),
    close: async () => {},
  };
});
