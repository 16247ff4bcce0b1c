/** What a misbehaviour is, and the words in which misbehaviours.ts tells of them. */
import type { ErrorCode, KeyBackupSyncState } from "../../src/index.js";
import type { FailureReason, UnavailableReason, WaitingReason } from "../../src/state.js";
import type { KeyBackup } from "../support/room-keys.mjs";
import { FOR_EVER, type ScriptedAnswer, type Step } from "../support/scripted-homeserver.js";
import { type SceneOptions, versionAnswer } from "../support/sync-scene.js";

/** Keys in the right answer. */
export const KEYS = 12;

export type Ending =
  | { readonly status: "failed"; readonly code: ErrorCode }
  | { readonly status: "waiting"; readonly reason: WaitingReason }
  | { readonly status: "unavailable"; readonly reason: UnavailableReason }
  | {
      readonly status: "complete";
      readonly imported: number;
      readonly failures: Readonly<Record<FailureReason, number>>;
    };

/** Answers of a homeserver, in place of the right ones, and where the run ends with them. */
export interface Misbehaviour extends Pick<SceneOptions, "version" | "answer"> {
  readonly name: string;
  readonly ends: Ending;
  /** See engine.ts. */
  readonly endsInWebKit?: Ending;
}

export type Answer =
  | ScriptedAnswer
  | readonly ScriptedAnswer[]
  | ((backup: KeyBackup) => ReturnType<NonNullable<SceneOptions["answer"]>>);

/** What it says of the backup's version. */
export function version(name: string, answer: Answer, ends: Ending): Misbehaviour {
  return { name, version: typeof answer === "function" ? answer : () => answer, ends };
}

/** The right version, but for these members. */
export function versionWith(name: string, members: Readonly<Record<string, unknown>>, ends: Ending): Misbehaviour {
  return version(name, (backup) => versionAnswer(backup, members), ends);
}

/** What it sends for all room keys. */
export function keys(name: string, answer: Answer, ends: Ending): Misbehaviour {
  return { name, answer: typeof answer === "function" ? answer : () => answer, ends };
}

/** The beginning of the backup, of its rooms, of a room, and of the sessions of one, in the right answer. */
const ROOM = '"!synthetic00000000:localhost":{';
export const PLACES = { backup: "{", rooms: '{"rooms":{', room: ROOM, sessions: `${ROOM}"sessions":{` };

/** The right keys, with something more at that place. Text, or steps where it is long. */
export function amongKeys(
  name: string,
  place: keyof typeof PLACES,
  more: string | readonly Step[],
  ends: Ending,
): Misbehaviour {
  return keys(name, (backup) => ({ body: inserted(JSON.stringify(backup.response), PLACES[place], more) }), ends);
}

function inserted(text: string, place: string, more: string | readonly Step[]): readonly Step[] {
  const at = text.indexOf(place) + place.length;
  const steps = typeof more === "string" ? [{ send: more }] : more;
  return [{ send: text.slice(0, at) }, ...steps, { send: text.slice(at) }];
}

export const failed = (code: ErrorCode): Ending => ({ status: "failed", code });
export const waiting = (reason: WaitingReason): Ending => ({ status: "waiting", reason });
export const unavailable = (reason: UnavailableReason): Ending => ({ status: "unavailable", reason });

/** With every key of the right answer imported, if not said otherwise. */
export function complete(failures: Partial<Record<FailureReason, number>> = {}, imported = KEYS): Ending {
  return { status: "complete", imported, failures: { malformed: 0, undecryptable: 0, rejected: 0, ...failures } };
}

/** In which most of them end. */
export const NOT_A_BACKUP = failed("malformed-response");
export const REPLACED = failed("backup-replaced");
export const LOGGED_OUT = failed("unauthorized");
export const OFFLINE = waiting("offline");
export const AT_FAULT = waiting("homeserver-error");
export const SLOWED_DOWN = waiting("rate-limited");

/** What others than a homeserver answer, too. */
export const HTML: ScriptedAnswer = {
  headers: { "content-type": "text/html" },
  body: "<!doctype html><title>Hello</title>",
};
export const NOT_FOUND: ScriptedAnswer = { status: 404, json: { errcode: "M_NOT_FOUND" } };
export const WRONG_VERSION: ScriptedAnswer = { status: 403, json: { errcode: "M_WRONG_ROOM_KEYS_VERSION" } };

export const base64 = (bytes: Iterable<number>) => btoa(String.fromCharCode(...bytes));
export const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
export const textOf = ({ response }: KeyBackup) => JSON.stringify(response);

export const long = (begin: string, megabytes: number, end: string): readonly Step[] => [
  { send: begin },
  { repeat: "x".repeat(1000), times: megabytes * 1000 },
  { send: end },
];
/** 10 MB a second: see engine.ts. At 25, a WebKit on a busy machine fell behind, and never caught up. */
export const endless = (begin: string, repeat: string): readonly Step[] => [
  { send: begin },
  { repeat: repeat.repeat(250_000 / repeat.length), times: FOR_EVER, every: 25 },
];

/** `null` as long as the run goes on. */
export function endingOf(state: KeyBackupSyncState): Ending | null {
  switch (state.status) {
    case "failed":
      return failed(state.error.code);
    case "waiting":
      return waiting(state.reason);
    case "unavailable":
      return unavailable(state.reason);
    case "complete":
      return complete(state.progress.failures, state.progress.imported);
    default:
      return null;
  }
}
