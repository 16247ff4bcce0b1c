/** What a homeserver can put beside the right room keys. None of it may cost one of those. */
import { encryptForBackup, type KeyBackup } from "../support/room-keys.mjs";
import { amongKeys, base64, complete, keys, long, type Misbehaviour, nested, textOf } from "./misbehaviour.js";

const session = (backup: KeyBackup, plaintext: string) => JSON.stringify(encryptForBackup(plaintext, backup.publicKey));
const someKey = (backup: KeyBackup) => Object.values(Object.values(backup.response.rooms)[0]?.sessions ?? {})[0];

export const MISBEHAVING_ROOM_KEYS: Readonly<Record<string, readonly Misbehaviour[]>> = {
  "beside the right room keys there is": [
    amongKeys("a room that is null", "rooms", '"!a:b":null,', complete({ malformed: 1 })),
    amongKeys("a room that is a list", "rooms", '"!a:b":[{"sessions":{}}],', complete({ malformed: 1 })),
    amongKeys("a room that is a text", "rooms", '"!a:b":"}}",', complete({ malformed: 1 })),
    amongKeys("a room without sessions", "rooms", '"!a:b":{},', complete()),
    amongKeys("a room with null for sessions", "rooms", '"!a:b":{"sessions":null},', complete({ malformed: 1 })),
    amongKeys("a room with a list of sessions", "rooms", '"!a:b":{"sessions":[]},', complete({ malformed: 1 })),
    amongKeys("a session that is null", "sessions", '"bad":null,', complete({ malformed: 1 })),
    amongKeys("a session that is a list", "sessions", '"bad":[{}],', complete({ malformed: 1 })),
    amongKeys("a session that is a number", "sessions", '"bad":1e999,', complete({ malformed: 1 })),
    amongKeys("a session that is a text", "sessions", '"bad":"}",', complete({ malformed: 1 })),
    amongKeys("a session that is no JSON", "sessions", '"bad":undefined,', complete({ malformed: 1 })),
    amongKeys("a session without data", "sessions", '"bad":{},', complete({ malformed: 1 })),
    amongKeys("a session with a list of data", "sessions", '"bad":{"session_data":[]},', complete({ malformed: 1 })),
    amongKeys("a session with null for data", "sessions", '"bad":{"session_data":null},', complete({ malformed: 1 })),
    amongKeys(
      "a session with a text for data",
      "sessions",
      '"bad":{"session_data":"data"},',
      complete({ malformed: 1 }),
    ),
    amongKeys(
      "a session without a mac",
      "sessions",
      '"bad":{"session_data":{"ciphertext":"","ephemeral":""}},',
      complete({ malformed: 1 }),
    ),
    amongKeys(
      "a ciphertext that is a number",
      "sessions",
      '"bad":{"session_data":{"ciphertext":1,"ephemeral":"","mac":""}},',
      complete({ malformed: 1 }),
    ),
    amongKeys("a member that nobody knows", "backup", `"next":${nested(100_000)},`, complete()),
    amongKeys(
      "100,000 lists in lists in a session",
      "sessions",
      `"bad":${nested(100_000)},`,
      complete({ malformed: 1 }),
    ),
    amongKeys("a room id of 10 MB", "rooms", long('"!', 10, '":{"sessions":{"a":{}}},'), complete({ malformed: 1 })),
    amongKeys("a session id of 10 MB", "sessions", long('"', 10, '":{},'), complete({ malformed: 1 })),
    amongKeys(
      "a ciphertext of 50 MB",
      "sessions",
      long('"bad":{"session_data":{"ciphertext":"', 50, '"}},'),
      complete({ malformed: 1 }),
    ),
    amongKeys("10 MB of white space", "sessions", [{ repeat: " \n", times: 5_000_000 }], complete()),
    amongKeys(
      "a room called __proto__",
      "rooms",
      '"__proto__":{"sessions":{"__proto__":{"session_data":{}}}},',
      complete({ malformed: 1 }),
    ),
    amongKeys(
      "a session called constructor, one called toString",
      "sessions",
      '"constructor":{},"toString":{},',
      complete({ malformed: 2 }),
    ),
    amongKeys(
      "a room id with a zero in it",
      "rooms",
      '"!a\\u0000:b":{"sessions":{"a":{}}},',
      complete({ malformed: 1 }),
    ),
    amongKeys(
      "half a surrogate pair for a room id",
      "rooms",
      '"!\\ud800":{"sessions":{"\\udc00":{}}},',
      complete({ malformed: 1 }),
    ),
    amongKeys(
      "bytes that are no UTF-8",
      "sessions",
      [{ send: '"' }, { sendBase64: base64([0xff, 0xc0, 0x80]) }, { send: '":{},' }],
      complete({ malformed: 1 }),
    ),
    amongKeys("a second list of rooms, empty", "backup", '"rooms":{},', complete()),
    amongKeys("the same session id twice", "sessions", '"bad":{},"bad":{},', complete({ malformed: 2 })),
  ],
  "beside the right room keys there is, encrypted for this very backup,": [
    ...[
      ["null", "null"],
      ["a list", "[]"],
      ["no JSON", "{"],
      ["an empty object", "{}"],
      ["100,000 lists in lists", nested(50_000)],
      ["a room key without a session key", '{"algorithm":"a","sender_key":"b","sender_claimed_keys":{}}'],
      [
        "a room key with half a session key",
        '{"algorithm":"a","sender_key":"b","session_key":"AQAAAAA","sender_claimed_keys":{}}',
      ],
    ].map(([name = "", plaintext = ""]) =>
      keys(
        name,
        (it) => ({ body: textOf(it).replace('"sessions":{', (begin) => `${begin}"bad":${session(it, plaintext)},`) }),
        complete({ rejected: 1 }),
      ),
    ),
    keys(
      "the room key of another session",
      (it) => ({
        body: textOf(it).replace('"sessions":{', (begin) => `${begin}"bad":${JSON.stringify(someKey(it))},`),
      }),
      complete({ rejected: 1 }),
    ),
  ],
  "beside the right room keys there is one with": [
    ...[
      ["no ciphertext", { ciphertext: "" }],
      ["a ciphertext that is no base64", { ciphertext: "?" }],
      ["half a block of ciphertext", { ciphertext: "AAAA" }],
      ["no mac", { mac: "" }],
      ["a long mac", { mac: "A".repeat(4000) }],
      ["no ephemeral key", { ephemeral: "" }],
      ["an ephemeral key of zeros", { ephemeral: "A".repeat(43) }],
      ["a short ephemeral key", { ephemeral: "AAAA" }],
    ].map(([name, data]) =>
      keys(
        name as string,
        (it) => {
          const session_data = { ...someKey(it)?.session_data, ...(data as object) };
          const bad = JSON.stringify({ session_data });
          return { body: textOf(it).replace('"sessions":{', (begin) => `${begin}"bad":${bad},`) };
        },
        complete({ undecryptable: 1 }),
      ),
    ),
  ],
};
