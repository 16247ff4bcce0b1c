/**
 * The bytes of a key backup, in any pieces, to encrypted room keys, one at a time and in bounded memory. It knows the shape
 * `{"rooms": {roomId: {"sessions": {sessionId: {...}}}}}` and nothing of where the bytes come from. Ids are the homeserver's:
 * they are only ever values here, never property names.
 * @see https://spec.matrix.org/v1.16/client-server-api/#get_matrixclientv3room_keyskeys
 */
import { KeyBackupSyncError } from "../errors.js";
import type { JsonPlace } from "../protocol.js";
import { ByteCapture } from "./byte-capture.js";
import { JsonScanner } from "./json-scanner.js";

/** One session of the backup; `value` is the parsed JSON of it, `undefined` when it is no JSON or too long to be one. */
export interface BackedUpSession {
  readonly roomId: string;
  readonly sessionId: string;
  readonly value: unknown;
}

/** A session is some 900 bytes; what is longer than this is not kept in memory to look at. */
const LONGEST_SESSION = 256 * 1024;
/** The specification allows 255 bytes. */
const LONGEST_ID = 64 * 1024;

/** Which object the parser is in. */
enum Level {
  Outside = 0,
  Backup = 1,
  Rooms = 2,
  Room = 3,
  Sessions = 4,
}

/** What may come next in it. */
enum Expect {
  Value = 0,
  FirstName = 1,
  Name = 2,
  Colon = 3,
  Comma = 4,
  /** The name, or the value, goes on in the next piece. */
  RestOfName = 5,
  RestOfValue = 6,
  Nothing = 7,
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

export class KeyBackupParser {
  readonly #scanner = new JsonScanner();
  readonly #name = new ByteCapture(LONGEST_ID);
  readonly #value = new ByteCapture(LONGEST_SESSION);
  #level = Level.Outside;
  #expect = Expect.Value;
  #roomId: string | null = null;
  #member: string | null = null;
  #sawRooms = false;
  readonly #withValues: boolean;

  /**
   * @param place go on behind what was yielded there, or at the start of the backup
   * @param withValues false: only ids are wanted, which is much faster
   */
  constructor(place: JsonPlace | null = null, withValues = true) {
    this.#withValues = withValues;
    if (place === null) return;
    this.#level = place.level;
    this.#expect = Expect.Comma;
    this.#roomId = place.roomId;
    this.#sawRooms = true;
  }

  /** Bytes of the present piece that are dealt with; just behind a session when one was just yielded. */
  get offset(): number {
    return this.#scanner.at;
  }

  /** Where in the JSON that is. */
  get place(): JsonPlace {
    return { level: this.#level, roomId: this.#roomId };
  }

  /** The backup has come to its end: it was whole. */
  get ended(): boolean {
    return this.#expect === Expect.Nothing;
  }

  /**
   * The sessions that end in this piece.
   * @throws KeyBackupSyncError `malformed-response` at the first byte that can't be one of a key backup
   */
  *parse(bytes: Uint8Array): Generator<BackedUpSession, void, undefined> {
    this.#scanner.feed(bytes);
    while (this.#scanner.more()) {
      const session = this.#step();
      if (session) yield session;
    }
    this.#name.keepRest(bytes);
    this.#value.keepRest(bytes);
  }

  #step(): BackedUpSession | null {
    switch (this.#expect) {
      case Expect.RestOfName:
        return this.#continueName();
      case Expect.RestOfValue:
        return this.#continueValue();
    }
    const byte = this.#scanner.nextToken();
    if (byte === null) return null;
    switch (this.#expect) {
      case Expect.Value:
        return this.#beginValue(byte);
      case Expect.FirstName:
        return byte === CLOSE_BRACE ? this.#leave() : this.#beginName(byte);
      case Expect.Name:
        return this.#beginName(byte);
      case Expect.Colon:
        return byte === COLON ? this.#pass(Expect.Value) : fail();
      case Expect.Comma:
        if (byte === COMMA) return this.#pass(Expect.Name);
        return byte === CLOSE_BRACE ? this.#leave() : fail();
      default:
        return fail();
    }
  }

  #pass(expect: Expect): null {
    this.#scanner.at++;
    this.#expect = expect;
    return null;
  }

  #leave(): null {
    if (this.#level === Level.Sessions) this.#member = "sessions";
    if (this.#level === Level.Room) this.#roomId = null;
    this.#level--;
    if (this.#level === Level.Outside && !this.#sawRooms) fail();
    return this.#pass(this.#level === Level.Outside ? Expect.Nothing : Expect.Comma);
  }

  #beginName(byte: number): null {
    if (byte !== QUOTE) fail();
    this.#name.begin(this.#scanner.at);
    this.#scanner.begin();
    this.#expect = Expect.RestOfName;
    return this.#continueName();
  }

  #continueName(): null {
    if (!this.#scanner.finish()) return null;
    const name = this.#name.end(this.#scanner);
    this.#member = typeof name === "string" ? name : null;
    this.#expect = Expect.Colon;
    return null;
  }

  /** Goes into the objects that lead to the sessions; whatever else there is gets skipped, or is a session. */
  #beginValue(byte: number): BackedUpSession | null {
    if (byte === OPEN_BRACE && this.#leadsOn()) return this.#enter();
    if (this.#level === Level.Outside || !beginsValue(byte)) fail();
    if (this.#level === Level.Backup && this.#member === "rooms") fail();
    if (this.#level === Level.Sessions && this.#withValues) this.#value.begin(this.#scanner.at);
    this.#scanner.begin();
    this.#expect = Expect.RestOfValue;
    return this.#continueValue();
  }

  #leadsOn(): boolean {
    switch (this.#level) {
      case Level.Outside:
      case Level.Rooms:
        return true;
      case Level.Backup:
        return this.#member === "rooms";
      case Level.Room:
        return this.#member === "sessions";
      default:
        return false;
    }
  }

  #enter(): null {
    // A room whose id is too long to keep can't be one: its sessions are read, and counted as malformed, under an empty id.
    if (this.#level === Level.Rooms) this.#roomId = this.#member ?? "";
    if (this.#level === Level.Backup) this.#sawRooms = true;
    this.#level++;
    return this.#pass(Expect.FirstName);
  }

  #continueValue(): BackedUpSession | null {
    if (!this.#scanner.finish()) return null;
    this.#expect = Expect.Comma;
    if (this.#level === Level.Sessions)
      return this.#session(this.#withValues ? this.#value.end(this.#scanner) : undefined);
    // Where a room, or its sessions, should be there is something else: one thing that is malformed.
    if (this.#level === Level.Rooms || (this.#level === Level.Room && this.#member === "sessions"))
      return this.#session(undefined);
    return null;
  }

  #session(value: unknown): BackedUpSession {
    return { roomId: this.#roomId ?? "", sessionId: this.#level === Level.Sessions ? (this.#member ?? "") : "", value };
  }
}

function beginsValue(byte: number): boolean {
  return byte !== COMMA && byte !== COLON && byte !== CLOSE_BRACE && byte !== CLOSE_BRACKET;
}

function fail(): never {
  throw new KeyBackupSyncError("malformed-response");
}
