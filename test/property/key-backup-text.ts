/** Key backups as no serialiser would write them, but any may: JSON text with odd names, escapes, white space, members in any order. */
import type { BackedUpSession } from "../../src/worker/key-backup-parser.js";
import { fc } from "../support/seeded.js";

/** JSON text, and what is in it in the order of the text. */
export interface KeyBackupText {
  readonly text: string;
  readonly sessions: readonly BackedUpSession[];
}

interface JsonText {
  readonly json: string;
  readonly value: unknown;
}

type Member = readonly [name: JsonText, value: string];

/** Any text, half surrogate pairs and `__proto__` included; some of it all in escapes. */
const text: fc.Arbitrary<JsonText & { readonly value: string }> = fc
  .tuple(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 5 }).map((units) => String.fromCharCode(...units)),
      fc.constantFrom("", "rooms", "sessions", "__proto__", "constructor", '"', "\\", '{"sessions":{"', "}}"),
    ),
    fc.boolean(),
  )
  .map(([value, isEscaped]) => ({ value, json: isEscaped ? escaped(value) : JSON.stringify(value) }));

function escaped(value: string): string {
  const units = Array.from({ length: value.length }, (_, at) => value.charCodeAt(at).toString(16).padStart(4, "0"));
  return `"${units.map((unit) => `\\u${unit}`).join("")}"`;
}

const anyJson: fc.Arbitrary<JsonText> = fc
  .oneof(
    fc.json(),
    fc.json().map((json) => JSON.stringify(JSON.parse(json), null, 3)),
    fc.constantFrom("1e999", "-0", "0.1E-5"),
  )
  .map((json) => ({ json, value: JSON.parse(json) as unknown }));

/** White space to put between the tokens, in turn. */
const spaces = fc.array(fc.constantFrom("", "", " ", "\n", "\r\n\t", "    "), { minLength: 1, maxLength: 7 });

const notCalled = (name: string) => text.filter(({ value }) => value !== name).map((it) => it);
const strangers = (name: string) => fc.array(fc.tuple(notCalled(name), anyJson), { maxLength: 2 });
const named = fc.uniqueArray(fc.tuple(text, anyJson), { maxLength: 5, selector: ([{ value }]) => value });

const room = fc.record({ before: strangers("sessions"), sessions: named, after: strangers("sessions") });
const rooms = fc.uniqueArray(fc.tuple(text, room), { maxLength: 4, selector: ([{ value }]) => value });
const backup = fc.record({ before: strangers("rooms"), rooms, after: strangers("rooms"), spaces });

/** In each object, every name comes once. */
export const keyBackupText: fc.Arbitrary<KeyBackupText> = backup.map(({ before, rooms, after, spaces }) => {
  const write = new SpacedWriter(spaces);
  const around = (first: Strangers, [name, value]: readonly [string, string], last: Strangers) =>
    write.object([...first.map(asMember), [{ json: JSON.stringify(name), value: name }, value], ...last.map(asMember)]);
  const texts = rooms.map(
    ([id, it]): Member => [id, around(it.before, ["sessions", write.object(it.sessions.map(asMember))], it.after)],
  );
  return {
    text: around(before, ["rooms", write.object(texts)], after),
    sessions: rooms.flatMap(([roomId, { sessions }]) =>
      sessions.map(([id, { value }]) => ({ roomId: roomId.value, sessionId: id.value, value })),
    ),
  };
});

type Strangers = readonly (readonly [JsonText, JsonText])[];

const asMember = ([name, { json }]: readonly [JsonText, JsonText]): Member => [name, json];

class SpacedWriter {
  readonly #spaces: readonly string[];
  #next = 0;

  constructor(spaces: readonly string[]) {
    this.#spaces = spaces;
  }

  object(members: readonly Member[]): string {
    const written = members.map(
      ([{ json }, value]) => `${this.#space}${json}${this.#space}:${this.#space}${value}${this.#space}`,
    );
    return `${this.#space}{${written.join(",") || this.#space}}${this.#space}`;
  }

  get #space(): string {
    return this.#spaces[this.#next++ % this.#spaces.length] ?? "";
  }
}

/** Places to cut so many bytes at; those that are too far are none. */
export const cuts = fc.array(fc.nat(3000), { maxLength: 12 });

export function piecesOf(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [...at].filter((place) => place < bytes.length).sort((a, b) => a - b);
  return [0, ...places].map((begin, index) => bytes.slice(begin, places[index]));
}
