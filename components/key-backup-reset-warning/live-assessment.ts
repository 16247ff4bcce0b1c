/** Asks what may be lost, and asks again as the run moves on: at once when its status changes, or an upload ends, now and then when its counts do. */
import { Task, TaskStatus } from "@lit/task";
import type { ReactiveControllerHost } from "lit";
import type { KeyBackupSafety } from "../../src/reset.js";
import type { KeyBackupSyncState } from "../../src/state.js";
import type { Occasion } from "../strings.js";
import { type Finding, riskOf, UNCHECKED } from "./risk.js";

/** Milliseconds until the next question while only counts move: each is a request to the homeserver. */
const BETWEEN_QUESTIONS = 1000;

/** Whom to ask, and about what. */
export interface Question {
  readonly safety: KeyBackupSafety;
  readonly occasion: Occasion;
  /** Of the run, as it is now. */
  readonly state: KeyBackupSyncState;
}

export class LiveAssessment {
  /** The last answer to what was asked since it began; `null` before the first one. */
  latest: Finding | null = null;
  readonly #task: Task<readonly [Question], Finding>;
  readonly #question: () => Question | null;
  #asked: Question | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** @param question as it is at any time, `null` for none */
  constructor(host: ReactiveControllerHost, question: () => Question | null) {
    this.#question = question;
    this.#task = new Task(host, {
      autoRun: false,
      task: async ([{ safety, occasion, state }], { signal }) => ({
        risk: riskOf(await safety.assessReset(signal, occasion === "logout" ? "logout" : "reset"), occasion),
        state,
      }),
      onComplete: (finding) => this.#keep(finding),
      onError: () => this.#keep(this.#asked && { risk: UNCHECKED, state: this.#asked.state }),
    });
  }

  ask(): void {
    this.#endTimer();
    this.#asked = this.#question();
    if (this.#asked) void this.#task.run([this.#asked]);
  }

  /** To be called whenever the run may have moved on. */
  follow(): void {
    const [asked, now] = [this.#asked?.state, this.#question()?.state];
    if (!asked || !now || asked === now) return;
    if (asked.status !== now.status || isUploading(asked) !== isUploading(now)) this.ask();
    // While one is on its way it is not outdated by the next count: on a slow line there would never be an answer.
    else if (this.#task.status !== TaskStatus.PENDING) this.#timer ??= setTimeout(() => this.ask(), BETWEEN_QUESTIONS);
  }

  /** Nobody wants to know any more. */
  end(): void {
    this.#endTimer();
    this.#asked = null;
    this.#task.abort();
    this.latest = null;
  }

  /** An answer that comes after the end is nobody's. */
  #keep(finding: Finding | null): void {
    if (this.#asked) this.latest = finding;
  }

  #endTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

function isUploading({ uploading }: KeyBackupSyncState): boolean {
  return Boolean(uploading);
}
