/** What a homeserver, or what is between, can do with an answer whatever is in it. What it can do with time is in silence.test.ts. */
import type { KeyBackup } from "../support/room-keys.mjs";
import type { ScriptedAnswer } from "../support/scripted-homeserver.js";
import { cutAnswer, versionAnswer } from "../support/sync-scene.js";
import {
  AT_FAULT,
  complete,
  type Ending,
  endless,
  HTML,
  KEYS,
  keys,
  LOGGED_OUT,
  type Misbehaviour,
  NOT_A_BACKUP,
  NOT_FOUND,
  OFFLINE,
  REPLACED,
  SLOWED_DOWN,
  textOf,
  unavailable,
  version,
  versionWith,
  WRONG_VERSION,
} from "./misbehaviour.js";

export const MISBEHAVING_TRANSPORT: Readonly<Record<string, readonly Misbehaviour[]>> = {
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
