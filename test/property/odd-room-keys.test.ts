/** Room keys with any odd value in any member, from the backup into real crypto stores: our counts are what the store holds. */
import * as newest from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import * as oldest from "matrix-sdk-crypto-wasm-oldest";
import { fromOlmMachine } from "../../src/from-olm-machine.js";
import { failedCount, KeyBackupSyncController } from "../../src/index.js";
import type { OpenHost } from "../contract/host.contract.js";
import { index, olmMachine } from "../contract/oldest-peers.js";
import { openOlmMachine } from "../contract/olm-machine-on-trial.js";
import { encryptForBackup, makeBackupKeyPair, makeRoomKey, type SyntheticRoomKey } from "../support/room-keys.mjs";
import { scriptedHomeserver } from "../support/scripted-homeserver.js";
import { fc } from "../support/seeded.js";
import { KEYS_PATH, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";

const ROOM = "!room:localhost";
const RUNS = 5;
const MOST_KEYS = 40;

/** What a client may write in place of anything. */
const oddValue = fc.oneof(
  fc.constantFrom(undefined, null, "", "x", "text", true, 0, 1e9, [], [""], ["x"], [null], {}),
  fc.base64String({ minLength: 40, maxLength: 48 }),
  fc.jsonValue({ maxDepth: 3 }),
);

type Form = "plain" | "padded" | "url-safe";
const form = fc.constantFrom<Form>("plain", "plain", "padded", "url-safe");

const oddKey = fc.record({
  sessionKey: fc.oneof({ weight: 4, arbitrary: form }, { weight: 1, arbitrary: fc.constantFrom("short", "none") }),
  sessionId: fc.oneof({ weight: 5, arbitrary: form }, { weight: 1, arbitrary: fc.constant("another") }),
  algorithm: fc.constantFrom<unknown>("m.megolm.v1.aes-sha2", "m.megolm.v1.aes-sha2", undefined, null, "", "m.other"),
  members: fc.record(
    {
      sender_key: oddValue,
      sender_claimed_keys: fc.oneof(oddValue, fc.record({ ed25519: oddValue }), fc.dictionary(fc.string(), oddValue)),
      forwarding_curve25519_key_chain: fc.oneof(oddValue, fc.array(oddValue)),
      "org.matrix.msc3061.shared_history": oddValue,
      "m.shared_history": oddValue,
      extra: oddValue,
    },
    { requiredKeys: [] },
  ),
});
type OddKey = typeof oddKey extends fc.Arbitrary<infer Value> ? Value : never;

function written(base64: string, as: string): string | undefined {
  if (as === "none") return undefined;
  if (as === "short") return base64.slice(0, -4);
  if (as === "another") return `A${base64.slice(1, -2)}AA`;
  if (as === "padded") return base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
  return as === "url-safe" ? base64.replaceAll("+", "-").replaceAll("/", "_") : base64;
}

function isUsable({ sessionKey, sessionId, algorithm }: OddKey): boolean {
  return !["short", "none"].includes(sessionKey) && sessionId !== "another" && algorithm !== "m.other";
}

function plaintextOf({ session_key, session_id, room_id, ...rest }: SyntheticRoomKey, odd: OddKey): string {
  const { algorithm, members, sessionKey } = odd;
  return JSON.stringify({ ...rest, algorithm, ...members, session_key: written(session_key, sessionKey) });
}

/** @returns our counts, and how many room keys the store has */
async function sync(open: OpenHost, Controller: typeof KeyBackupSyncController, odd: readonly OddKey[]) {
  const pair = await makeBackupKeyPair();
  const roomKeys = odd.map(() => makeRoomKey(ROOM));
  const backup = { ...pair, roomKeys, response: { rooms: {} } };
  const entries = roomKeys.map((roomKey, at) => [
    written(roomKey.session_id, odd[at]?.sessionId ?? "plain"),
    encryptForBackup(plaintextOf(roomKey, odd[at] as OddKey), pair.publicKey),
  ]);
  const homeserver = await scriptedHomeserver({
    [VERSION_PATH]: versionAnswer(backup),
    [KEYS_PATH]: { json: { rooms: { [ROOM]: { sessions: Object.fromEntries(entries) } } } },
  });
  const trial = await open(homeserver);
  await trial.learnDecryptionKey(backup);
  const controller = new Controller(trial.host);
  await controller.start();
  const { progress } = await whenStatus(controller, "complete");
  const { total } = await trial.roomKeyCounts();
  controller.close();
  await trial.close();
  await homeserver.close();
  return { progress, total };
}

const peers: readonly (readonly [string, OpenHost, typeof KeyBackupSyncController])[] = [
  ["18.9", (homeserver) => openOlmMachine(homeserver, newest, fromOlmMachine), KeyBackupSyncController],
  [
    "12.0",
    (homeserver) => openOlmMachine(homeserver, oldest as unknown as typeof newest, olmMachine.fromOlmMachine),
    index.KeyBackupSyncController,
  ],
];

for (const [version, open, Controller] of peers) {
  describe(`Any odd room keys of a backup, with crypto-wasm ${version},`, () => {
    it("are imported if they can decrypt a message, and counted as the store counts them", async function () {
      this.timeout(180_000);
      await fc.assert(
        fc.asyncProperty(fc.array(oddKey, { minLength: 1, maxLength: MOST_KEYS }), async (odd) => {
          const { progress, total } = await sync(open, Controller, odd);
          expect(progress.imported, "imported, and in the store").to.equal(total);
          expect(progress.imported, "imported, and can decrypt").to.equal(odd.filter(isUsable).length);
          expect(progress.imported + failedCount(progress), "counted").to.equal(odd.length);
        }),
        // Each is a page's whole run: shrinking would take longer than a test may.
        { numRuns: RUNS, endOnFailure: true },
      );
    });
  });
}
