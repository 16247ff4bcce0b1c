import { expect } from "@open-wc/testing";
import type { MatrixClient } from "matrix-js-sdk";
import { controllerFor } from "../../src/index.js";
import { countRoomKeys, learnDecryptionKey, openMatrixClient } from "../support/matrix-client.js";
import { whenStatus } from "../support/sync-scene.js";
import { startSynapseForTest } from "../support/test-synapse.js";

const SHAPES = {
  "in one room": { keys: 5000, rooms: 1 },
  "in a thousand rooms": { keys: 5000, rooms: 1000 },
  "in rooms whose IDs have 10,000 characters": { keys: 500, rooms: 50, idLength: 10_000 },
};

describe("A backup", () => {
  let client: MatrixClient;

  afterEach(() => {
    controllerFor(client).close();
    client.stopClient();
  });

  for (const [where, shape] of Object.entries(SHAPES)) {
    const { keys } = shape;
    it(`of ${keys} room keys ${where} gets into the crypto store as a whole`, async function () {
      this.timeout(240_000);
      const synapse = await startSynapseForTest();
      const user = await synapse.registerUser("reader", "correct horse battery staple");
      const backup = await synapse.seedKeyBackup({ userId: user.userId, ...shape });
      client = await openMatrixClient(synapse.url, user);
      await learnDecryptionKey(client, backup.decryptionKey, backup.version);

      const controller = controllerFor(client);
      controller.intensity = "fast";
      await controller.start();
      const { progress } = await whenStatus(controller, "complete");
      const failures = { malformed: 0, undecryptable: 0, rejected: 0 };
      expect(progress).to.deep.equal({ total: keys, downloaded: keys, imported: keys, failures });
      expect(await countRoomKeys(client)).to.equal(keys);
    });
  }
});
