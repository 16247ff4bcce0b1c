/**
 * Which older backups the homeserver still has beside the present one. Synapse counts the versions of an account from 1, and keeps those that
 * no client deletes; others count the versions of all accounts together, so of theirs only the remembered ones are likely to be found. No list
 * tells them: each version is asked for, a few at once, the newest first, and as few as may be.
 */
import { abortWith } from "../abort-with.js";
import { isFault, KeyBackupSyncError } from "../errors.js";
import { type BackupRow, isRowOf, isSettled } from "./backup-row.js";
import type { BackupVersion, Homeserver } from "./homeserver.js";
import { within } from "./within.js";

/** Requests of one look. What is left is for the next look. */
const MOST_ASKED = 100;
const AT_ONCE = 4;
/** Versions in a row that there are no more: a reset with matrix-js-sdk deletes all that there are. */
const MOST_GONE = 10;
/** Milliseconds. */
const LONGEST_WAIT = 10_000;

/** As Synapse counts. */
const COUNTED = /^[1-9]\d{0,14}$/;

export interface OlderBackups {
  readonly found: readonly BackupVersion[];
  /** Remembered ones that there are no more. */
  readonly gone: readonly string[];
  /** Some could not be asked for: they may be there. */
  readonly isUnsure: boolean;
}

type Answer = BackupVersion | "gone" | "unsure";

export class OlderVersions {
  readonly #homeserver: Pick<Homeserver, "getBackupVersion">;
  /** By version: what does not change, or need not be known any better. Nobody can add to an older backup. */
  readonly #answers = new Map<string, BackupVersion | "gone">();

  constructor(homeserver: Pick<Homeserver, "getBackupVersion">) {
    this.#homeserver = homeserver;
  }

  /** @throws KeyBackupSyncError `unauthorized`; the signal's reason when aborted */
  async find(current: BackupVersion | null, rows: readonly BackupRow[], signal: AbortSignal): Promise<OlderBackups> {
    // It grows now, and may be an older one again.
    if (current) this.#answers.delete(current.version);
    const look = new Look(this, rows, signal);
    await look.at(rememberedIn(rows, current));
    for (let below = countOf(current) - 1; below > 0 && look.isToGoOn; below -= AT_ONCE) {
      const versions = Array.from({ length: Math.min(AT_ONCE, below) }, (_, index) => String(below - index));
      await look.at(versions);
    }
    return look;
  }

  /** What is known of that version without another request. */
  known(version: string, rows: readonly BackupRow[]): BackupVersion | "gone" | null {
    const answer = this.#answers.get(version);
    if (answer === undefined || answer === "gone") return answer ?? null;
    const row = rows.find((known) => isRowOf(known, version, answer.publicKey));
    return row && isSettled(row) ? answer : null;
  }

  async ask(version: string, signal: AbortSignal): Promise<Answer> {
    const ended = abortWith(signal);
    try {
      const request = this.#homeserver.getBackupVersion(ended.signal, version);
      const answer = (await within(LONGEST_WAIT, request, tookTooLong)) ?? "gone";
      if (answer !== "gone" && answer.version !== version) return "unsure";
      this.#answers.set(version, answer);
      return answer;
    } catch (cause) {
      signal.throwIfAborted();
      if (isFault(cause, "unauthorized")) throw cause;
      return "unsure";
    } finally {
      ended.abort();
    }
  }
}

/** One look at all of them. */
class Look implements OlderBackups {
  readonly found: BackupVersion[] = [];
  readonly gone: string[] = [];
  isUnsure = false;
  readonly #versions: OlderVersions;
  readonly #rows: readonly BackupRow[];
  readonly #signal: AbortSignal;
  readonly #seen = new Set<string>();
  #asked = 0;
  #goneInARow = 0;

  constructor(versions: OlderVersions, rows: readonly BackupRow[], signal: AbortSignal) {
    this.#versions = versions;
    this.#rows = rows;
    this.#signal = signal;
  }

  get isToGoOn(): boolean {
    return this.#asked < MOST_ASKED && this.#goneInARow < MOST_GONE;
  }

  async at(versions: readonly string[]): Promise<void> {
    const others = versions.filter((version) => !this.#seen.has(version));
    for (let from = 0; from < others.length && this.#asked < MOST_ASKED; from += AT_ONCE) {
      const some = others.slice(from, from + AT_ONCE);
      const answers = await Promise.all(some.map((version) => this.#answerOf(version)));
      for (const [index, answer] of answers.entries()) this.#note(some[index] ?? "", answer);
    }
  }

  async #answerOf(version: string): Promise<Answer> {
    const known = this.#versions.known(version, this.#rows);
    if (known) return known;
    this.#asked++;
    return this.#versions.ask(version, this.#signal);
  }

  #note(version: string, answer: Answer): void {
    this.#seen.add(version);
    this.#goneInARow = answer === "gone" ? this.#goneInARow + 1 : 0;
    if (answer === "gone") this.gone.push(version);
    else if (answer === "unsure") this.isUnsure = true;
    else this.found.push(answer);
  }
}

/** Versions of backups that were the account's, or were found before. */
function rememberedIn(rows: readonly BackupRow[], current: BackupVersion | null): string[] {
  const open = rows.filter(({ replaced }) => replaced).map(({ backup }) => backup.version);
  return [...new Set(open)].filter((version) => version !== current?.version).reverse();
}

/** 0 for a version that is no such number. */
function countOf(current: BackupVersion | null): number {
  return current && COUNTED.test(current.version) ? Number(current.version) : 0;
}

function tookTooLong(): KeyBackupSyncError {
  return new KeyBackupSyncError("homeserver-error");
}
