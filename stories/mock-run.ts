/** A run in the hand of a story or a test: its state is whatever it is set to, and what was asked of it is written down. */
import { IDLE, type KeyBackupSyncRun, type KeyBackupSyncState } from "../src/state.js";

export type Asked = "start" | "autoStart" | "pause" | "resume" | "stop";

export class MockRun extends EventTarget implements KeyBackupSyncRun {
  readonly asked: Asked[] = [];
  #state: KeyBackupSyncState;

  constructor(state: KeyBackupSyncState = IDLE) {
    super();
    this.#state = state;
  }

  get state(): KeyBackupSyncState {
    return this.#state;
  }

  set state(state: KeyBackupSyncState) {
    this.#state = state;
    this.dispatchEvent(new Event("statechange"));
  }

  start = (): Promise<void> => this.#note("start");
  autoStart = (): Promise<void> => this.#note("autoStart");
  pause = (): Promise<void> => this.#note("pause");
  resume = (): Promise<void> => this.#note("resume");
  stop = (): Promise<void> => this.#note("stop");

  async #note(asked: Asked): Promise<void> {
    this.asked.push(asked);
  }
}
