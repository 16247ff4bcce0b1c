/** Odd room keys of a backup through an adapter into a real crypto store: what can decrypt a message does, and the counts are the store's. */
import { expect } from "@open-wc/testing";
import { KeyBackupSyncController, type RoomKey } from "../../src/index.js";
import { roomKeyFrom } from "../../src/worker/room-key.js";
import { makeSpokenRoomKeys, type SpokenRoomKey } from "../support/megolm-messages.js";
import { encryptForBackup, type KeyBackup, makeBackupKeyPair } from "../support/room-keys.mjs";
import { type ScriptedHomeserver, scriptedHomeserver } from "../support/scripted-homeserver.js";
import { KEYS_PATH, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";
import type { HostOnTrial, OpenHost } from "./host.contract.js";
import { ODD_ROOM_KEYS, type OddRoomKey, oddRoomKey, USELESS_ROOM_KEYS } from "./odd-room-keys.js";

const ROOM = "!room:localhost";

/** @param Controller of the same copy of the project as the adapter */
export function roomKeysContract(name: string, open: OpenHost, Controller = KeyBackupSyncController): void {
  describe(`${name}, with odd room keys in the backup,`, () => {
    const useless = Object.values(USELESS_ROOM_KEYS);
    let backup: KeyBackup;
    let homeserver: ScriptedHomeserver;
    let trial: HostOnTrial;
    let spoken: readonly SpokenRoomKey[];
    let odd: readonly OddRoomKey[];

    before(async () => {
      spoken = await makeSpokenRoomKeys(ODD_ROOM_KEYS.length + useless.length, ROOM);
      odd = spoken.map(({ roomKey }, at) => {
        const [, make] = ODD_ROOM_KEYS[at] ?? [];
        return make?.(roomKey) ?? oddRoomKey(roomKey, useless[at - ODD_ROOM_KEYS.length]?.(roomKey) ?? {});
      });
    });

    beforeEach(async () => {
      backup = { ...(await makeBackupKeyPair()), roomKeys: [], response: { rooms: {} } };
      homeserver = await scriptedHomeserver({});
      trial = await open(homeserver);
      await trial.learnDecryptionKey(backup);
    });

    afterEach(async () => {
      await trial.close();
      await homeserver.close();
    });

    async function complete(backedUp: readonly OddRoomKey[]) {
      const entries = backedUp.map(({ sessionId, plaintext }) => [
        sessionId,
        encryptForBackup(plaintext, backup.publicKey),
      ]);
      const rooms = { [ROOM]: { sessions: Object.fromEntries(entries) } };
      await homeserver.script({
        [VERSION_PATH]: versionAnswer(backup, { count: backedUp.length }),
        [KEYS_PATH]: { json: { rooms } },
      });
      const controller = new Controller(trial.host);
      await controller.start();
      const { progress } = await whenStatus(controller, "complete");
      controller.close();
      return progress;
    }

    async function unreadable(): Promise<readonly string[]> {
      const names: string[] = [];
      for (const [at, [name]] of ODD_ROOM_KEYS.entries()) {
        const { event, body } = spoken[at] as SpokenRoomKey;
        if ((await trial.decrypt?.(event)) !== body) names.push(name);
      }
      return names;
    }

    it(`imports all ${ODD_ROOM_KEYS.length} that can decrypt a message, rejects the others, and counts what its store holds`, async () => {
      const { imported, failures } = await complete(odd);
      expect(await unreadable()).to.deep.equal([]);
      expect([imported, failures]).to.deep.equal([
        ODD_ROOM_KEYS.length,
        { malformed: 0, undecryptable: 0, rejected: useless.length },
      ]);
      expect((await trial.roomKeyCounts()).total).to.equal(imported);
    });

    it("takes them as exported keys, too", async () => {
      const roomKeys = odd.flatMap(({ sessionId, plaintext }): readonly RoomKey[] => {
        const roomKey = roomKeyFrom({ roomId: ROOM, sessionId }, JSON.parse(plaintext));
        return roomKey ? [roomKey] : [];
      });
      expect(await trial.host.cryptoStore.importExportedRoomKeys(roomKeys)).to.deep.equal({ rejected: 0 });
      expect(await unreadable()).to.deep.equal([]);
      expect((await trial.roomKeyCounts()).total).to.equal(ODD_ROOM_KEYS.length);
    });
  });
}
