/**
 * Which older backups the homeserver still has beside the present one. Synapse counts the versions of an account from 1, and keeps those that
 * no client deletes; Dendrite counts the versions of all accounts together, so most numbers are nobody's that may be asked for. No list tells
 * them: each version is asked for, a few at once, the remembered ones first, then from the newest on.
 */
import { abortWith } from "../abort-with.js";
import { isFault, KeyBackupSyncError } from "../errors.js";
import { type BackupRow, isRowOf, isSettled } from "./backup-row.js";
import type { BackupVersion, Homeserver } from "./homeserver.js";
import { within } from "./within.js";

/** Requests of one look, and its milliseconds. What is left is for the next look, which goes on there. */
const MOST_ASKED = 100;
const LONGEST_LOOK = 20_000;
const AT_ONCE = 4;
/** Milliseconds until one answer. */
const LONGEST_WAIT = 10_000;
/** Answers "gone" in a row that end a look of a run: a reset with matrix-js-sdk deletes all that there are. The next look goes on behind them. */
const MOST_GONE = 10;
/** With so many in a row, in whichever looks, nobody expects another one. */
const ALL_GONE = 100;

/** As Synapse counts. */
const COUNTED = /^[1-9]\d{0,14}$/;

/** How far a look goes: a few versions further than the last; as far as it may; or no further than to the remembered ones. */
export type Reach = "further" | "all" | "remembered";

export interface FoundVersions {
  readonly found: readonly BackupVersion[];
  /** Those that there are no more. */
  readonly gone: readonly string[];
  /** Some were not asked for, or not answered: they may be there. */
  readonly isUnsure: boolean;
}

type Known = BackupVersion | "gone";
type Answer = Known | "unsure";

export class OlderVersions {
  readonly #homeserver: Pick<Homeserver, "getBackupVersion">;
  /** By version, of all looks. */
  readonly #answers = new Map<string, Known>();
  readonly #longestLook: number;

  constructor(homeserver: Pick<Homeserver, "getBackupVersion">, longestLook = LONGEST_LOOK) {
    this.#homeserver = homeserver;
    this.#longestLook = longestLook;
  }

  /** @throws KeyBackupSyncError `unauthorized`; the signal's reason when aborted */
  async find(
    current: BackupVersion | null,
    rows: readonly BackupRow[],
    signal: AbortSignal,
    reach: Reach = "further",
  ): Promise<FoundVersions> {
    // It grows now, and may be an older one again.
    if (current) this.#answers.delete(current.version);
    const look = new Look(this.#homeserver, this.#answers, this.#longestLook, signal);
    try {
      await look.at(rememberedIn(rows, current));
      if (reach !== "remembered") await look.below(countOf(current), reach);
      await look.again((version, backup) => isOpen(version, backup, rows));
      return look.result;
    } finally {
      look.end();
    }
  }
}

/** One look at all of them. */
class Look {
  readonly #homeserver: Pick<Homeserver, "getBackupVersion">;
  readonly #known: Map<string, Known>;
  readonly #signal: AbortSignal;
  /** Ends all requests. */
  readonly #ended: AbortController;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #answers = new Map<string, Answer>();
  readonly #asked = new Set<string>();
  #isLeft = false;

  constructor(
    homeserver: Pick<Homeserver, "getBackupVersion">,
    known: Map<string, Known>,
    longest: number,
    signal: AbortSignal,
  ) {
    this.#homeserver = homeserver;
    this.#known = known;
    this.#signal = signal;
    this.#ended = abortWith(signal);
    this.#timer = setTimeout(() => this.#ended.abort(), longest);
  }

  get result(): FoundVersions {
    const answers = [...this.#answers];
    return {
      found: answers.flatMap(([, answer]) => (typeof answer === "string" ? [] : [answer])),
      gone: answers.flatMap(([version, answer]) => (answer === "gone" ? [version] : [])),
      isUnsure: this.#isLeft || answers.some(([, answer]) => answer === "unsure"),
    };
  }

  async at(versions: readonly string[]): Promise<void> {
    for (let from = 0; from < versions.length; from += AT_ONCE) {
      const some = versions.slice(from, from + AT_ONCE);
      const answers = await Promise.all(some.map((version) => this.#answerOf(version)));
      for (const [index, answer] of answers.entries()) this.#answers.set(some[index] ?? "", answer);
    }
  }

  /** All numbers below that one, from the highest on. */
  async below(count: number, reach: Reach): Promise<void> {
    const remembered = new Set(this.#answers.keys());
    let [gone, goneNow] = [0, 0];
    for (let next = count - 1; next > 0; next -= AT_ONCE) {
      if (gone >= ALL_GONE) return;
      if (this.#mayAskNoMore || (reach === "further" && goneNow >= MOST_GONE)) {
        this.#isLeft = true;
        return;
      }
      const versions = Array.from({ length: Math.min(AT_ONCE, next) }, (_, index) => String(next - index));
      await this.at(versions.filter((version) => !remembered.has(version)));
      for (const version of versions) {
        const isGone = this.#answers.get(version) === "gone";
        if (!isGone) [gone, goneNow] = [0, 0];
        else if (!remembered.has(version)) [gone, goneNow] = [gone + 1, goneNow + (this.#asked.has(version) ? 1 : 0)];
      }
    }
  }

  /** Asks once more what an earlier look has found: it may be gone since. */
  async again(isToBeAsked: (version: string, backup: BackupVersion) => boolean): Promise<void> {
    const versions = [...this.#answers].filter(
      ([version, answer]) => typeof answer !== "string" && !this.#asked.has(version) && isToBeAsked(version, answer),
    );
    for (const [version] of versions) this.#known.delete(version);
    await this.at(versions.map(([version]) => version));
    for (const [version, before] of versions) {
      if (this.#answers.get(version) !== "unsure") continue;
      this.#isLeft = true;
      this.#known.set(version, before as BackupVersion);
      this.#answers.set(version, before);
    }
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#ended.abort();
  }

  get #mayAskNoMore(): boolean {
    return this.#ended.signal.aborted || this.#asked.size >= MOST_ASKED;
  }

  async #answerOf(version: string): Promise<Answer> {
    const known = this.#known.get(version);
    if (known) return known;
    if (this.#mayAskNoMore) return "unsure";
    this.#asked.add(version);
    const answer = await this.#ask(version);
    if (answer !== "unsure") this.#known.set(version, answer);
    return answer;
  }

  async #ask(version: string): Promise<Answer> {
    try {
      const request = this.#homeserver.getBackupVersion(this.#ended.signal, version);
      const answer = (await within(LONGEST_WAIT, request, tookTooLong)) ?? "gone";
      return answer === "gone" || answer.version === version ? answer : "unsure";
    } catch (cause) {
      this.#signal.throwIfAborted();
      if (isFault(cause, "unauthorized")) throw cause;
      // It wants no more questions.
      if (isFault(cause, "rate-limited")) this.#ended.abort();
      return "unsure";
    }
  }
}

/** It has room keys that are not all in the crypto store. */
function isOpen(version: string, { count, publicKey }: BackupVersion, rows: readonly BackupRow[]): boolean {
  const row = rows.find((known) => isRowOf(known, version, publicKey));
  return count > 0 && !(row && isSettled(row));
}

/** Versions of backups that were the account's, or were found before. */
function rememberedIn(rows: readonly BackupRow[], current: BackupVersion | null): string[] {
  const versions = rows.filter(({ replaced }) => replaced).map(({ backup }) => backup.version);
  return [...new Set(versions)].filter((version) => version !== current?.version).reverse();
}

/** 0 for a version that is no such number. */
function countOf(current: BackupVersion | null): number {
  return current && COUNTED.test(current.version) ? Number(current.version) : 0;
}

function tookTooLong(): KeyBackupSyncError {
  return new KeyBackupSyncError("homeserver-error");
}
