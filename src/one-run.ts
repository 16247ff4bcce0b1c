/**
 * One run for a user and device, over all tabs: wishes in a row, done here by whoever holds the lock, or passed on to the tab that does.
 * A tab without the lock shows what that one says, and is next when it is gone. It knows nothing of what a run does.
 */
import { abortWith } from "./abort-with.js";
import { IS_ALLOWED } from "./allowed-wishes.js";
import { OtherTabs, RollCall } from "./other-tabs.js";
import { followLifecycle } from "./page-lifecycle.js";
import { alone } from "./run-lock.js";
import { isAtRest, type KeyBackupSyncState, syncOf } from "./state.js";
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
  /** This tab has to let go in the midst of it: resolves when no worker has anything in flight or in memory. */
  rest(): Promise<void>;
  /** The keys of this room first, of the run that is here or may come to be here. */
  prioritise(roomId: string): void;
  /** Shows what is so in another tab. */
  mirror(state: KeyBackupSyncState): void;
}

/** Milliseconds, after the browser ended the wait for the lock. */
const BETWEEN_WAITS = 1000;

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
  /** As long as the lock is here: ends what is done under it. */
  #holding = new AbortController();
  #run = new AbortController();
  #isFrozen = false;
  /** The state was made here, and not heard of. */
  #isOwn = false;
  #isClosed = false;
  readonly #unfollow: () => void;

  constructor(name: string, runner: Runner) {
    this.#name = name;
    this.#runner = runner;
    this.#tabs = new OtherTabs(name, (message) => this.#hear(message));
    this.#rollCall = new RollCall(
      () => this.#call(),
      () => this.#onSilence(),
    );
    this.#unfollow = followLifecycle(
      () => this.#freeze(),
      () => this.#thaw(),
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

  /** Ends what is done here, and the wait for it. Whoever is next goes on; if the state is not at rest, this tab gets in line again. */
  letGo(): void {
    this.#stopWaiting();
    this.#isOwn = false;
    this.#holding.abort();
  }

  close(): void {
    this.#isClosed = true;
    this.#unfollow();
    this.#tabs.close();
    this.letGo();
    for (const { done } of this.#wishes.splice(0)) done();
  }

  /** A frozen page must not keep others from the lock, nor be in line for it. */
  #freeze(): void {
    this.#isFrozen = true;
    this.letGo();
    this.#tabs.close();
  }

  /** Meanwhile another tab may have gone on with it, or come to its end. */
  #thaw(): void {
    if (!this.#isFrozen) return;
    this.#isFrozen = false;
    this.#tabs.open();
    this.#tabs.say({ type: "ask" });
    this.#waitIfNeeded();
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
    this.#waitIfNeeded();
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
    if (this.#phase !== "away" || this.#isFrozen || this.#isClosed) return;
    if (this.#wishes.length > 0 || !isAtRest(this.#runner.getState())) this.#wait();
    else this.#stopWaiting();
  }

  #wait(): void {
    if (this.#waiting) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#rollCall.start();
    alone(this.#name, waiting.signal, (lost) => this.#hold(waiting, lost)).catch((cause: unknown) => {
      if (waiting.signal.aborted) return;
      if (!(cause instanceof DOMException) || cause.name !== "AbortError") throw cause;
      setTimeout(() => this.#waitAnew(waiting), BETWEEN_WAITS);
    });
  }

  /** The browser ended the wait, as it does for a page that it freezes. */
  #waitAnew(waiting: AbortController): void {
    if (waiting !== this.#waiting) return;
    this.#stopWaiting();
    this.#waitIfNeeded();
  }

  get #mustLetGo(): boolean {
    return this.#holding.signal.aborted;
  }

  #stopWaiting(): void {
    this.#waiting?.abort();
    this.#waiting = null;
    this.#rollCall.stop();
  }

  async #hold(waiting: AbortController, lost: AbortSignal): Promise<void> {
    // It may have been granted at the moment in which it was given up.
    if (waiting !== this.#waiting) return;
    this.#rollCall.stop();
    this.#holding = new AbortController();
    lost.addEventListener("abort", () => this.letGo());
    if (await this.#isLeft()) await this.#runUnlessStopped();
    while (this.#wishes[0] && !this.#mustLetGo) await this.#grant(this.#wishes.shift() as QueuedWish);
    if (this.#mustLetGo) await this.#runner.rest();
    this.#phase = "away";
    this.#waiting = null;
    // Nobody without the lock may say that something goes on.
    this.#isOwn &&= !this.#mustLetGo && isAtRest(this.#runner.getState());
    this.#waitIfNeeded();
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
    if (this.#mustLetGo) return;
    this.#phase = "running";
    this.#isOwn = true;
    this.#run = new AbortController();
    const ended = abortWith(this.#run.signal, this.#holding.signal);
    await this.#runner.run(ended.signal);
    ended.abort();
  }

  /** Whether a wish makes sense in the state of now. */
  #isAllowed(wish: Wish): boolean {
    const state = this.#runner.getState();
    // A page that opens looks for itself, unless another tab is at it.
    return wish === "auto-start" ? isAtRest(state) && !this.#isOwn : IS_ALLOWED[wish](state);
  }
}
