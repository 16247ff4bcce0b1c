import * as newest from "@matrix-org/matrix-sdk-crypto-wasm";
import { expect } from "@open-wc/testing";
import * as oldest from "matrix-sdk-crypto-wasm-oldest";
import { openMachine } from "../contract/olm-machine-on-trial.js";
import { inMidImport } from "../support/mid-import.js";
import { openKeyExport } from "../support/open-key-export.js";
import {
  type BackedUpRoomKey,
  encryptForBackup,
  type KeyBackup,
  makeRoomKey,
  plaintextOf,
  type SyntheticRoomKey,
  toBase64,
} from "../support/room-keys.mjs";
import { SyncScene } from "../support/sync-scene.js";

const PASSPHRASE = "correct horse battery";
const ROOM = "!odd:localhost";
const KEYS = 40;
/** No point of the curve, and so no key of any session. */
const NO_POINT = new Uint8Array(32).fill(2);

/** What is odd about a room key that can decrypt its messages. */
const ODD: Readonly<Record<string, unknown>>[] = [
  { sender_claimed_keys: { ed25519: "" } },
  { sender_claimed_keys: { ed25519: null } },
  { sender_claimed_keys: {} },
  { sender_claimed_keys: undefined },
  { sender_claimed_keys: "text" },
  { forwarding_curve25519_key_chain: null },
  { forwarding_curve25519_key_chain: [""] },
  { forwarding_curve25519_key_chain: undefined },
  { "org.matrix.msc3061.shared_history": "yes" },
  { sender_key: "x" },
];

type Sessions = Record<string, BackedUpRoomKey>;

/** For the backup, in the room that the homeserver names. */
function encrypted(roomKey: SyntheticRoomKey, publicKey: string): Sessions {
  return { [roomKey.session_id]: encryptForBackup(plaintextOf(roomKey), publicKey) };
}

function oddRoomKeys(): SyntheticRoomKey[] {
  return ODD.map((odd) => ({ ...makeRoomKey(ROOM), ...odd }) as SyntheticRoomKey);
}

/** Whole in its form, but of a session that cannot be: every client refuses a file with it. */
function unreadableRoomKey(): SyntheticRoomKey {
  const roomKey = makeRoomKey(ROOM);
  const sessionKey = Uint8Array.from(atob(roomKey.session_key), (character) => character.charCodeAt(0));
  sessionKey.set(NO_POINT, sessionKey.length - NO_POINT.length);
  return { ...roomKey, session_id: toBase64(NO_POINT), session_key: toBase64(sessionKey) };
}

describe("A rescue copy with a passphrase", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  async function copyOf(rooms: (backup: KeyBackup) => Record<string, { sessions: Sessions }>) {
    scene = await SyncScene.open({
      keys: KEYS,
      answer: (backup) => ({ json: { rooms: { ...backup.response.rooms, ...rooms(backup) } } }),
    });
    const { controller, goOn } = await inMidImport(scene);
    const { stream, leftOut, hasGaps } = await controller.rescueCopy(PASSPHRASE);
    const file = await new Response(stream).text();
    goOn();
    return { file, leftOut, hasGaps: await hasGaps };
  }

  async function takenBy(wasm: typeof newest, file: string): Promise<number> {
    await wasm.initAsync();
    const machine = await openMachine(wasm, `@${crypto.randomUUID()}:localhost`);
    const json = wasm.OlmMachine.decryptExportedRoomKeys(file, PASSPHRASE);
    const { importedCount } = await machine.importExportedRoomKeys(json, () => {});
    machine.close();
    return importedCount;
  }

  async function expectTaken(file: string, count: number): Promise<void> {
    expect(await takenBy(newest, file)).to.equal(count);
    expect(await takenBy(oldest as unknown as typeof newest, file)).to.equal(count);
  }

  it("with odd room keys is taken as a whole by crypto-wasm, the newest and the oldest", async () => {
    const odd = oddRoomKeys();
    const copy = await copyOf(({ publicKey }) => ({
      [ROOM]: { sessions: Object.assign({}, ...odd.map((roomKey) => encrypted(roomKey, publicKey))) },
    }));
    expect([copy.leftOut, copy.hasGaps]).to.deep.equal([0, false]);
    await expectTaken(copy.file, KEYS + ODD.length);
  });

  it("never has claimed keys without a signing key, for which matrix-nio refuses the whole file", async () => {
    const odd = oddRoomKeys();
    const { file } = await copyOf(({ publicKey }) => ({
      [ROOM]: { sessions: Object.assign({}, ...odd.map((roomKey) => encrypted(roomKey, publicKey))) },
    }));
    const claims = (JSON.parse(await openKeyExport(file, PASSPHRASE)) as SyntheticRoomKey[]).map(
      ({ sender_claimed_keys }) => sender_claimed_keys,
    );
    expect(claims.filter((claimed) => claimed !== undefined && !claimed.ed25519)).to.deep.equal([]);
    expect(claims.filter((claimed) => claimed === undefined)).to.have.lengthOf(5);
  });

  it("leaves out a room key for which every client refuses the file, and says that it has gaps", async () => {
    const bad = unreadableRoomKey();
    const lone = makeRoomKey(ROOM);
    const copy = await copyOf(({ publicKey }) => ({
      [ROOM]: { sessions: encrypted(bad, publicKey) },
      "!\ud800:localhost": { sessions: encrypted(lone, publicKey) },
    }));
    expect(copy.hasGaps).to.equal(true);
    await expectTaken(copy.file, KEYS);
  });
});
