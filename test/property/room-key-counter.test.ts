import { expect } from "@open-wc/testing";
import { KeyBackupParser } from "../../src/worker/key-backup-parser.js";
import { RoomKeyCounter } from "../../src/worker/room-key-counter.js";
import { fc } from "../support/seeded.js";
import { cuts, piecesOf } from "./key-backup-text.js";

const encoder = new TextEncoder();
const base64 = fc.base64String({ minLength: 4, maxLength: 60 });

/** As clients make them and homeservers serialise them, in whatever order. */
const session = fc
  .tuple(base64, base64, base64, fc.nat(), fc.boolean(), fc.boolean())
  .map(([ciphertext, ephemeral, mac, index, isVerified, isDataFirst]) => {
    const session_data = { ciphertext, ephemeral, mac };
    const others = { first_message_index: index, forwarded_count: 0, is_verified: isVerified };
    return isDataFirst ? { session_data, ...others } : { ...others, session_data };
  });
const roomId = fc.string().map((localpart) => `!${localpart}:example.org`);
const backup = fc.dictionary(roomId, fc.record({ sessions: fc.dictionary(base64, session) }), { maxKeys: 6 });

describe("The room key counter, of any backup that is honest", () => {
  it("counts as many keys as the parser finds, however the bytes are cut", () => {
    fc.assert(
      fc.property(backup, fc.constantFrom(0, 1, 4), cuts, (rooms, space, at) => {
        const pieces = piecesOf(encoder.encode(JSON.stringify({ rooms }, null, space)), at);
        const parser = new KeyBackupParser();
        const counter = new RoomKeyCounter();
        let [found, counted] = [0, 0];
        for (const piece of pieces) {
          found += [...parser.parse(piece)].length;
          counted = counter.count(piece);
        }
        expect(counted).to.equal(found);
      }),
      { numRuns: 300 },
    );
  });
});
