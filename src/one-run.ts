/**
 * One run for a user and device, over all tabs: wishes in a row, done here by whoever holds the lock, or passed on to the tab that does.
 * A tab without the lock shows what that one says, and is next when it is gone. It knows nothing of what a run does.
 */
import { OtherTabs, RollCall } from "./other-tabs.js";
import { alone } from "./run-lock.js";
import { canPause, canResume, canStart, canStop, isAtRest, type KeyBackupSyncState, syncOf } from "./state.js";
import type { TabMessage, TabWish } from "./tab-messages.js";

/** `auto-start` is each page's own. */
export type Wish = TabWish | "auto-start";

/** What is done, once it is this tab's turn. None of it rejects. */
export interface Runner {
  getState(): KeyBackupSyncState;
  /** Does what the wish asks for at once. True if a run is to follow: the state is `checking` then. */
  begin(wish: Wish): Promise<boolean>;
  /** Resolves when it has ended, by itself or by an abort, and nothing of it is in flight any more. */
  run(signal: AbortSignal): Promise<void>;
  /** The keys of this room first, of the run that is here or may come to be here. */
  prioritise(roomId: string): void;
  /** Shows what is so in another tab. */
  mirror(state: KeyBackupSyncState): void;
}

interface QueuedWish {
  readonly id: number;
  readonly wish: Wish;
  /** It is granted, or there is nothing to do for it. */
  readonly done: () => void;
}

type Phase =
  /** Another tab may have the lock. */
  | "away"
  /** The lock is here, since whoever had it ended, in whatever way. */
  | "taking-over"
  /** A wish is being granted here. */
  | "beginning"
  /** A run is going on here. */
  | "running";

export class OneRun {
  readonly #name: string;
  readonly #runner: Runner;
  readonly #tabs: OtherTabs;
  readonly #rollCall: RollCall;
  /** In the order in which they came. */
  readonly #wishes: QueuedWish[] = [];
  #phase: Phase = "away";
  /** Ends the wait for the lock. */
  #waiting: AbortController | null = null;
  #run = new AbortController();
  /** The state was made here, and not heard of. */
  #isOwn = false;
  #isClosed = false;

  constructor(name: string, runner: Runner) {
    this.#name = name;
    this.#runner = runner;
    this.#tabs = new OtherTabs(name, (message) => this.#hear(message));
    this.#rollCall = new RollCall(
      () => this.#call(),
      () => this.#onSilence(),
    );
    this.#tabs.say({ type: "ask" });
  }

  /** This tab has the run, and its state is that of the run. */
  get isHere(): boolean {
    return this.#phase === "beginning" || this.#phase === "running";
  }

  /** Resolves when the run has begun, or when there is nothing more to do for it, here or in the tab that has the run. */
  wish(wish: Wish): Promise<void> {
    return new Promise((done) => this.#add({ id: Math.random(), wish, done }));
  }

  /** In the tab that has the run, and here, should it come to be here. */
  prioritise(roomId: string): void {
    this.#runner.prioritise(roomId);
    if (!this.isHere) this.#tabs.say({ type: "prioritise", roomId });
  }

  /** The state changed: the others want to know. */
  tell(): void {
    if (this.#isOwn) this.#tabs.say({ type: "state", state: this.#runner.getState() });
  }

  close(): void {
    this.#isClosed = true;
    this.#tabs.close();
    this.#stopWaiting();
    this.#run.abort();
    for (const { done } of this.#wishes.splice(0)) done();
  }

  #add(added: QueuedWish): void {
    const isNext = this.#wishes.length === 0 && this.#phase !== "beginning";
    if (this.#isClosed || (isNext && !this.#isAllowed(added.wish))) {
      added.done();
      return;
    }
    this.#wishes.push(added);
    if (this.#phase === "running") this.#run.abort();
    if (this.#phase !== "away") return;
    this.#pass(added);
    this.#wait();
  }

  #hear(message: TabMessage): void {
    if (message.type === "ask") this.tell();
    else if (message.type === "state") this.#mirror(message.state);
    else if (message.type === "wish") this.#take(message.id, message.wish);
    else if (message.type === "done") this.#strike(message.id);
    else if (this.isHere) this.#runner.prioritise(message.roomId);
  }

  #mirror(state: KeyBackupSyncState): void {
    if (this.isHere) return;
    this.#rollCall.answered();
    this.#isOwn = false;
    this.#runner.mirror(state);
    if (!isAtRest(state)) this.#strikeAutoStart();
    this.#waitIfNeeded();
  }

  #onSilence(): void {
    this.#isOwn = false;
    const sync = syncOf(this.#runner.getState());
    this.#runner.mirror({ status: "waiting", reason: "other-tab", retryAt: null, sync });
    this.#strikeAutoStart();
  }

  /** Another tab has started already. */
  #strikeAutoStart(): void {
    for (const { id, wish } of [...this.#wishes]) if (wish === "auto-start") this.#strike(id);
  }

  /** A wish of another tab. */
  #take(id: number, wish: TabWish): void {
    if (!this.isHere || this.#wishes.some((known) => known.id === id)) return;
    this.#add({ id, wish, done: () => this.#tabs.say({ type: "done", id }) });
  }

  #strike(id: number): void {
    const at = this.#wishes.findIndex((known) => known.id === id);
    if (at < 0 || this.isHere) return;
    for (const { done } of this.#wishes.splice(at, 1)) done();
    this.#waitIfNeeded();
  }

  #pass({ id, wish }: QueuedWish): void {
    if (wish !== "auto-start") this.#tabs.say({ type: "wish", id, wish });
  }

  /** Another tab may have taken over, and have heard of nothing. */
  #call(): void {
    this.#tabs.say({ type: "ask" });
    for (const queued of this.#wishes) this.#pass(queued);
  }

  /** Whoever shows a run that goes on is there to take it over. */
  #waitIfNeeded(): void {
    if (this.#phase !== "away") return;
    if (this.#wishes.length > 0 || !isAtRest(this.#runner.getState())) this.#wait();
    else this.#stopWaiting();
  }

  #wait(): void {
    if (this.#waiting) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#rollCall.start();
    alone(this.#name, waiting.signal, () => this.#hold(waiting)).catch((cause: unknown) => {
      if (!waiting.signal.aborted) throw cause;
    });
  }

  #stopWaiting(): void {
    this.#waiting?.abort();
    this.#waiting = null;
    this.#rollCall.stop();
  }

  async #hold(waiting: AbortController): Promise<void> {
    // It may have been granted at the moment in which it was given up.
    if (waiting !== this.#waiting) return;
    this.#rollCall.stop();
    if (await this.#isLeft()) await this.#runUnlessStopped();
    for (let next = this.#wishes.shift(); next; next = this.#wishes.shift()) await this.#grant(next);
    this.#phase = "away";
    this.#waiting = null;
    // Nobody without the lock may say that something goes on.
    this.#isOwn &&= isAtRest(this.#runner.getState());
  }

  /** Whether a run of another tab was left in its midst. That tab may also have ended it, with its last word still on the way. */
  async #isLeft(): Promise<boolean> {
    this.#phase = "taking-over";
    if (isAtRest(this.#runner.getState())) return false;
    this.#tabs.say({ type: "ask" });
    return this.#runner.begin("go-on");
  }

  async #grant({ wish, done }: QueuedWish): Promise<void> {
    // What was going on until now is not any more.
    if (isAtRest(this.#runner.getState()) && !this.#isAllowed(wish)) return done();
    this.#phase = "beginning";
    this.#isOwn = true;
    const isRun = await this.#runner.begin(wish);
    done();
    if (isRun) await this.#runUnlessStopped();
  }

  /** A wish that came meanwhile may end the run before it began. */
  async #runUnlessStopped(): Promise<void> {
    while (this.#wishes[0] && !this.#isAllowed(this.#wishes[0].wish)) this.#wishes.shift()?.done();
    if (this.#wishes.length === 0) await this.#runHere();
  }

  async #runHere(): Promise<void> {
    if (this.#isClosed) return;
    this.#phase = "running";
    this.#isOwn = true;
    this.#run = new AbortController();
    await this.#runner.run(this.#run.signal);
  }

  /** Whether a wish makes sense in the state of now. */
  #isAllowed(wish: Wish): boolean {
    const state = this.#runner.getState();
    // A page that opens looks for itself, unless another tab is at it.
    return wish === "auto-start" ? isAtRest(state) && !this.#isOwn : IS_ALLOWED[wish](state);
  }
}

const IS_ALLOWED: Readonly<Record<TabWish, (state: KeyBackupSyncState) => boolean>> = {
  start: canStart,
  // No button offers it as long as there is nothing to be shown as paused, but whoever asks for it is right.
  pause: (state) => canPause(state) || state.status === "checking",
  resume: canResume,
  stop: canStop,
  "go-on": (state) => state.status === "waiting" && state.reason === "decryption-key",
  erase: () => true,
  "look-again": ({ status }) => status !== "idle" && status !== "paused" && status !== "failed",
};
