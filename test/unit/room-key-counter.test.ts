import { expect } from "@open-wc/testing";
import { RoomKeyCounter } from "../../src/worker/room-key-counter.js";

const encoder = new TextEncoder();
const session = { first_message_index: 0, session_data: { ciphertext: "a", ephemeral: "b", mac: "c" } };
const backup = { rooms: { "!a": { sessions: { s: session, t: session } }, "!b": { sessions: { u: session } } } };

function count(text: string, pieceBytes: number): number {
  const bytes = encoder.encode(text);
  const counter = new RoomKeyCounter();
  for (let at = 0; at < bytes.length; at += pieceBytes) counter.count(bytes.slice(at, at + pieceBytes));
  return counter.count(new Uint8Array(0));
}

describe("The room key counter", () => {
  for (const pieceBytes of [1, 2, 7, 16, 29, 30, 31, 1000]) {
    it(`counts each key once in pieces of ${pieceBytes} bytes`, () => {
      expect(count(JSON.stringify(backup), pieceBytes)).to.equal(3);
    });
  }

  it("counts in JSON with white space", () => {
    expect(count(JSON.stringify(backup, null, 4), 1000)).to.equal(3);
  });

  it("does not count the name where it is no member", () => {
    expect(count('{"a":"session_data","b":["session_data",{}]}', 1000)).to.equal(0);
  });
});
