import { expect } from "@open-wc/testing";
import { roomKeyFrom } from "../../src/worker/room-key.js";
import { makeRoomKey, type SyntheticRoomKey, toBase64 } from "../support/room-keys.mjs";

const SHARED_HISTORY = "org.matrix.msc3061.shared_history";

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function urlSafe(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}

describe("A room key of the backup", () => {
  let roomKey: SyntheticRoomKey;

  beforeEach(async () => {
    roomKey = makeRoomKey("!room:localhost");
  });

  function made(odd: object = {}, sessionId = roomKey.session_id) {
    return roomKeyFrom({ roomId: roomKey.room_id, sessionId }, { ...roomKey, ...odd });
  }

  it("that is well-formed stays as it is", () => {
    expect(made()).to.deep.equal(roomKey);
  });

  it("loses every other member", () => {
    expect(made({ extra: [[[]]], room_id: "!other:localhost", session_id: "other" })).to.deep.equal(roomKey);
  });

  it("without a claimed key that can be read has none", () => {
    const noPoint = toBase64(new Uint8Array(32).fill(2));
    for (const odd of [undefined, null, "text", [], {}, { ed25519: "" }, { ed25519: null }, { ed25519: noPoint }])
      expect(made({ sender_claimed_keys: odd })?.sender_claimed_keys, JSON.stringify(odd)).to.deep.equal({});
  });

  it("keeps the claimed key that is well-formed beside others that are not", () => {
    const { ed25519 } = roomKey.sender_claimed_keys;
    const odd = { ed25519: `${urlSafe(ed25519)}=`, curve25519: roomKey.sender_key, other: null };
    expect(made({ sender_claimed_keys: odd })).to.deep.equal(roomKey);
  });

  it("keeps what can be read of the forwarding chain", () => {
    for (const odd of [undefined, null, "text", ["x"], [""], [null], { 0: "x" }])
      expect(made({ forwarding_curve25519_key_chain: odd }), JSON.stringify(odd)).to.deep.equal(roomKey);
    const chain = [roomKey.sender_key, "x", `${roomKey.sender_key}=`];
    const kept = made({ forwarding_curve25519_key_chain: chain })?.forwarding_curve25519_key_chain;
    expect(kept).to.deep.equal([roomKey.sender_key, roomKey.sender_key]);
  });

  it("may be shared with later members only if nothing else than true says so", () => {
    for (const odd of [null, "yes", 1, false])
      for (const name of [SHARED_HISTORY, "m.shared_history"])
        expect(made({ [name]: odd }), `${name} ${odd}`).to.deep.equal(roomKey);
    expect(made({ [SHARED_HISTORY]: true, "m.shared_history": "yes" })).to.deep.equal(roomKey);
    const shared = { ...roomKey, [SHARED_HISTORY]: true };
    expect(made({ [SHARED_HISTORY]: true })).to.deep.equal(shared);
    expect(made({ "m.shared_history": true })).to.deep.equal(shared);
    expect(made({ [SHARED_HISTORY]: true, "m.shared_history": true })).to.deep.equal(shared);
  });

  it("is read in every form of base64, and written in one", () => {
    const { session_key, session_id, sender_key } = roomKey;
    expect(made({ session_key: `${session_key}==`, sender_key: `${sender_key}=` })).to.deep.equal(roomKey);
    expect(made({ session_key: urlSafe(session_key) }, urlSafe(session_id))).to.deep.equal(roomKey);
    expect(made({ session_key: `${session_key.slice(0, 76)}\n${session_key.slice(76)}` })).to.deep.equal(roomKey);
    expect(made({}, `${session_id}=`)).to.deep.equal(roomKey);
  });

  it("loses what follows its session key", () => {
    expect(made({ session_key: toBase64(Uint8Array.of(...bytesOf(roomKey.session_key), 1, 2)) })).to.deep.equal(
      roomKey,
    );
  });

  it("without a sender key that can be read has one that no device can have", () => {
    for (const odd of [undefined, null, "", "garbage", 1, toBase64(new Uint8Array(33))])
      expect(made({ sender_key: odd })?.sender_key, String(odd)).to.equal(toBase64(new Uint8Array(32)));
  });

  it("without an algorithm is of the only one there is", () => {
    for (const odd of [undefined, null, "", 1]) expect(made({ algorithm: odd }), String(odd)).to.deep.equal(roomKey);
  });

  it("that can decrypt no message of its session is rejected", () => {
    const bytes = bytesOf(roomKey.session_key);
    const rejected = [
      { algorithm: "m.megolm.v2.aes-sha2" },
      { session_key: undefined },
      { session_key: null },
      { session_key: "" },
      { session_key: "?" },
      { session_key: toBase64(bytes.subarray(1)) },
      { session_key: toBase64(bytes.with(0, 2)) },
      { session_key: toBase64(bytes.subarray(0, 164)) },
    ];
    for (const odd of rejected) expect(made(odd), JSON.stringify(odd)).to.equal(null);
    for (const sessionId of ["", "other", roomKey.sender_key]) expect(made({}, sessionId), sessionId).to.equal(null);
  });
});
