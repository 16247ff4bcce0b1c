/**
 * What a homeserver can do wrong, or to us, by topic; each with where the run is to end: complete, or in a state that says what is the
 * matter. What it can do with time is in silence.test.ts, with more bytes than fit in a test in endless-answer.test.ts.
 */
import { encryptForBackup, type KeyBackup } from "../support/room-keys.mjs";
import { FOR_EVER, type ScriptedAnswer, type Step } from "../support/scripted-homeserver.js";
import { cutAnswer, versionAnswer } from "../support/sync-scene.js";
import {
  amongKeys,
  complete,
  type Ending,
  failed,
  KEYS,
  keys,
  type Misbehaviour,
  unavailable,
  version,
  versionWith,
  waiting,
} from "./misbehaviour.js";

const NOT_A_BACKUP = failed("malformed-response");
const REPLACED = failed("backup-replaced");
const LOGGED_OUT = failed("unauthorized");
const OFFLINE = waiting("offline");
const AT_FAULT = waiting("homeserver-error");
const SLOWED_DOWN = waiting("rate-limited");

const HTML: ScriptedAnswer = { headers: { "content-type": "text/html" }, body: "<!doctype html><title>Hello</title>" };
const NOT_FOUND: ScriptedAnswer = { status: 404, json: { errcode: "M_NOT_FOUND" } };
const WRONG_VERSION: ScriptedAnswer = { status: 403, json: { errcode: "M_WRONG_ROOM_KEYS_VERSION" } };

const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const long = (begin: string, megabytes: number, end: string): readonly Step[] => [
  { send: begin },
  { repeat: "x".repeat(1000), times: megabytes * 1000 },
  { send: end },
];
/** 25 MB a second: see engine.ts. */
const endless = (begin: string, repeat: string): readonly Step[] => [
  { send: begin },
  { repeat: repeat.repeat(250_000 / repeat.length), times: FOR_EVER, every: 10 },
];
const base64 = (bytes: Iterable<number>) => btoa(String.fromCharCode(...bytes));
const utf16 = (text: string) => base64(new Uint8Array(Uint16Array.from(text, (unit) => unit.charCodeAt(0)).buffer));

const textOf = ({ response }: KeyBackup) => JSON.stringify(response);
const session = (backup: KeyBackup, plaintext: string) => JSON.stringify(encryptForBackup(plaintext, backup.publicKey));
const someKey = (backup: KeyBackup) => Object.values(Object.values(backup.response.rooms)[0]?.sessions ?? {})[0];

export const MISBEHAVIOURS: Readonly<Record<string, readonly Misbehaviour[]>> = {
  "the answer about the version is": [
    version("null", { body: "null" }, NOT_A_BACKUP),
    version("a list", { body: "[]" }, NOT_A_BACKUP),
    version("a number", { body: "5" }, NOT_A_BACKUP),
    version("a text", { body: '"1"' }, NOT_A_BACKUP),
    version("nothing", { body: "" }, NOT_A_BACKUP),
    version("an HTML page", HTML, NOT_A_BACKUP),
    version("broken off", { body: '{"version":"1","etag":' }, NOT_A_BACKUP),
    version("two objects", { body: '{"version":"1"}{}' }, NOT_A_BACKUP),
    version("UTF-16", { body: [{ sendBase64: utf16('{"version":"1"}') }] }, NOT_A_BACKUP),
    version("100,000 lists in lists", { body: nested(100_000) }, NOT_A_BACKUP),
    version("white space without an end", { body: endless("", " ") }, NOT_A_BACKUP),
    version("a text without an end", { body: endless('{"version":"', "1") }, NOT_A_BACKUP),
    version("a gzip bomb", { gzip: true, body: endless("", "\0") }, NOT_A_BACKUP),
  ],
  "the answer about the version has": [
    versionWith("a number for a version", { version: 1 }, NOT_A_BACKUP),
    versionWith("no version", { version: undefined }, NOT_A_BACKUP),
    versionWith("a path for a version", { version: "../../../account?x=" }, complete()),
    versionWith("no etag", { etag: undefined }, NOT_A_BACKUP),
    versionWith("null for an etag", { etag: null }, NOT_A_BACKUP),
    versionWith("no count", { count: undefined }, NOT_A_BACKUP),
    versionWith("a text for a count", { count: "12" }, NOT_A_BACKUP),
    versionWith("a count below zero", { count: -1 }, NOT_A_BACKUP),
    versionWith("half a key in its count", { count: 1.5 }, NOT_A_BACKUP),
    versionWith("a count of 2⁶⁰", { count: 2 ** 60 }, NOT_A_BACKUP),
    versionWith("a count of 2⁵³ - 1", { count: Number.MAX_SAFE_INTEGER }, complete()),
    version("a count of 1e999", { body: '{"version":"1","etag":"1","algorithm":"a","count":1e999}' }, NOT_A_BACKUP),
    versionWith("an object for an algorithm", { algorithm: {} }, NOT_A_BACKUP),
    versionWith("an algorithm that nobody knows", { algorithm: "__proto__" }, unavailable("unsupported-algorithm")),
    versionWith("null for auth_data", { auth_data: null }, NOT_A_BACKUP),
    versionWith("a text for auth_data", { auth_data: "nothing" }, NOT_A_BACKUP),
    versionWith("a number for a public key", { auth_data: { public_key: 5 } }, NOT_A_BACKUP),
    versionWith("a list for a public key", { auth_data: { public_key: ["A".repeat(43)] } }, NOT_A_BACKUP),
    versionWith("a public key that is no base64", { auth_data: { public_key: "?".repeat(43) } }, NOT_A_BACKUP),
    versionWith("a public key that is too short", { auth_data: { public_key: "AAAA" } }, NOT_A_BACKUP),
    versionWith(
      "the public key of somebody else",
      { auth_data: { public_key: "A".repeat(43) } },
      failed("decryption-key-mismatch"),
    ),
    versionWith("members that are nobody's business", { __proto__: 1, constructor: 2, toString: 3 }, complete()),
  ],
  "the room keys are": [
    keys("null", { body: "null" }, NOT_A_BACKUP),
    keys("a list", { body: "[]" }, NOT_A_BACKUP),
    keys("a text", { body: '"rooms"' }, NOT_A_BACKUP),
    keys("a number", { body: "5" }, NOT_A_BACKUP),
    keys("nothing", { body: "" }, NOT_A_BACKUP),
    keys("white space", { body: " \n\t" }, NOT_A_BACKUP),
    keys("an empty object", { body: "{}" }, NOT_A_BACKUP),
    keys("an HTML page", HTML, NOT_A_BACKUP),
    keys("JSON of something else", { json: { chunk: [], end: "t1" } }, NOT_A_BACKUP),
    keys("rooms that are a list", { json: { rooms: [] } }, NOT_A_BACKUP),
    keys("rooms that are null", { json: { rooms: null } }, NOT_A_BACKUP),
    keys("rooms that are a number", { json: { rooms: 5 } }, NOT_A_BACKUP),
    keys("JSON with a mistake in it", { body: '{"rooms":{"!a:b" nonsense}' }, NOT_A_BACKUP),
    keys("two objects", (it) => ({ body: `${textOf(it)}{}` }), complete()),
    keys("followed by something else", (it) => ({ body: `${textOf(it)}<!-- served in 12 ms -->` }), OFFLINE),
    keys("behind a byte order mark", (it) => ({ body: `\ufeff${textOf(it)}` }), NOT_A_BACKUP),
    keys("UTF-16", (it) => ({ body: [{ sendBase64: utf16(textOf(it)) }] }), OFFLINE),
    keys("zeros", { body: [{ repeat: "\0", times: 1000 }] }, NOT_A_BACKUP),
    keys("not there", { json: { rooms: {} } }, complete({}, 0)),
  ],
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
  "the room keys come with": [
    keys("no connection", { body: [{ cut: true }] }, OFFLINE),
    keys("a connection that is closed without an answer", { body: [{ hangUp: true }] }, OFFLINE),
    keys("something that is no HTTP", { body: [{ raw: "220 ready\r\n" }, { hangUp: true }] }, OFFLINE),
    keys(
      "a head without an end",
      { body: [{ raw: `HTTP/1.1 200 OK\r\n${"x-a: b\r\n".repeat(200_000)}` }, { hangUp: true }] },
      OFFLINE,
    ),
    emptyInWebKit(
      "an encoding that they do not have",
      { headers: { "content-encoding": "gzip" }, body: "{}" },
      OFFLINE,
    ),
    keys("a gzip bomb of zeros", { gzip: true, body: endless("", "\0") }, NOT_A_BACKUP),
    keys("a gzip bomb of white space", { gzip: true, body: endless("{", " ") }, NOT_A_BACKUP),
    keys(
      "empty rooms without an end",
      { body: endless('{"rooms":{', `"!${"a".repeat(999)}":{"sessions":{}},`) },
      NOT_A_BACKUP,
    ),
    keys(
      "a content-length that is too short",
      (it) => ({ headers: { "content-length": String(textOf(it).length - 9) }, json: it.response }),
      OFFLINE,
    ),
    keys(
      "a content-length that is too long",
      (it) => ({
        headers: { "content-length": String(textOf(it).length + 9) },
        body: [{ send: textOf(it) }, { hangUp: true }],
      }),
      OFFLINE,
    ),
    emptyInWebKit(
      "a chunk of no size",
      {
        body: [
          { raw: "HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ntransfer-encoding: chunked\r\n\r\n?\r\n{" },
          { hangUp: true },
        ],
      },
      OFFLINE,
    ),
    keys(
      "the wrong content-type",
      (it) => ({ headers: { "content-type": "image/png" }, json: it.response }),
      complete(),
    ),
    keys(
      "a redirect to themselves",
      { status: 302, headers: { location: "/_matrix/client/v3/room_keys/keys?version=1" } },
      OFFLINE,
    ),
    keys(
      "leave for another origin alone",
      { headers: { "access-control-allow-origin": "https://localhost" }, json: {} },
      OFFLINE,
    ),
  ],
  "the room keys come as": [
    keys("204", { status: 204 }, NOT_A_BACKUP),
    keys("300", { status: 300, json: {} }, NOT_A_BACKUP),
    keys("304", { status: 304 }, NOT_A_BACKUP),
    keys("400", { status: 400, json: { errcode: "M_INVALID_PARAM" } }, NOT_A_BACKUP),
    keys("401 with every token", { status: 401, json: { errcode: "M_UNKNOWN_TOKEN" } }, LOGGED_OUT),
    keys("403", { status: 403, json: { errcode: "M_FORBIDDEN" } }, NOT_A_BACKUP),
    keys("403 of another version", WRONG_VERSION, REPLACED),
    keys("404", NOT_FOUND, REPLACED),
    keys("404 of a proxy", { ...HTML, status: 404 }, NOT_A_BACKUP),
    keys("404 of an endpoint that is not there", { status: 404, json: { errcode: "M_UNRECOGNIZED" } }, NOT_A_BACKUP),
    keys("405", { status: 405, json: { errcode: "M_UNRECOGNIZED" } }, NOT_A_BACKUP),
    keys("410", { status: 410, json: {} }, NOT_A_BACKUP),
    keys("418", { status: 418, body: "short and stout" }, NOT_A_BACKUP),
    keys("500 with an error that is a list", { status: 500, body: "[]" }, AT_FAULT),
    keys("502 of a proxy", { ...HTML, status: 502 }, AT_FAULT),
    keys("503", { status: 503, json: null }, AT_FAULT),
    keys("504 with a body without an end", { status: 504, body: endless("", " ") }, AT_FAULT),
    version("404 of a proxy for the version", { ...HTML, status: 404 }, NOT_A_BACKUP),
    version("404 for the version", NOT_FOUND, unavailable("no-backup")),
  ],
  "the room keys come later,": [
    ...["-1", "1e12", "1e999", "", "abc", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"].map(
      (after) =>
        keys(`after ${after || "nothing"}`, { status: 429, headers: { "retry-after": after }, json: {} }, SLOWED_DOWN),
    ),
    ...["-1", "1e999", '"1000"', "[]", "null"].map((after) =>
      keys(`after ${after} milliseconds`, { status: 429, body: `{"retry_after_ms":${after}}` }, SLOWED_DOWN),
    ),
  ],
  "it says other things each time:": [
    versionWith("a count that is too high", { count: KEYS * 1000 }, complete()),
    versionWith("a count that is too low", { count: 1 }, complete()),
    versionWith("no keys at all, and then sends some", { count: 0 }, complete()),
    keys("other keys each time, each time cut", cutInOtherOrders, OFFLINE),
    version(
      "another version before the keys",
      (it) => [versionAnswer(it, { version: "1" }), versionAnswer(it, { version: "2" })],
      complete(),
    ),
  ],
};

/** WebKit takes what it cannot read for an answer that is empty. */
function emptyInWebKit(name: string, answer: ScriptedAnswer, ends: Ending): Misbehaviour {
  return { ...keys(name, answer, ends), endsInWebKit: NOT_A_BACKUP };
}

/** The rooms in another order each time, so that no answer goes on where the one before was cut. */
function cutInOtherOrders(backup: KeyBackup): readonly ScriptedAnswer[] {
  const rooms = Object.entries(backup.response.rooms);
  return rooms.map((_, first) => {
    const turned = Object.fromEntries([...rooms.slice(first), ...rooms.slice(0, first)]);
    return cutAnswer({ ...backup, response: { rooms: turned } }, 0.6, { wait: 300 }, { cut: true });
  });
}
