/** A run in the hand of a story or a test: its state and its answers are whatever they are set to, and what was asked of it is written down. */
import type { KeyBackupSafety, RescueCopy, ResetAssessment } from "../src/reset.js";
import { IDLE, type Intensity, type KeyBackupSyncRun, type KeyBackupSyncState } from "../src/state.js";

export type Asked = "start" | "autoStart" | "pause" | "resume" | "stop" | "finishReset";

export class MockRun extends EventTarget implements KeyBackupSyncRun, KeyBackupSafety {
  readonly asked: Asked[] = [];
  assessment: ResetAssessment;
  intensity: Intensity = "balanced";
  #state: KeyBackupSyncState;

  constructor(state: KeyBackupSyncState = IDLE, assessment: ResetAssessment = { kind: "none", earlier: 0 }) {
    super();
    this.#state = state;
    this.assessment = assessment;
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
  finishReset = (): Promise<void> => this.#note("finishReset");

  assessReset: KeyBackupSafety["assessReset"] = async () => this.assessment;
  rescueCopy: KeyBackupSafety["rescueCopy"] = async () => rescueCopyOf("A rescue copy\n");

  async #note(asked: Asked): Promise<void> {
    this.asked.push(asked);
  }
}

/** A file of these parts, with all there is. */
export function rescueCopyOf(...parts: readonly string[]): RescueCopy {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });
  return { fileName: "room-keys.txt", leftOut: 0, hasGaps: Promise.resolve(false), stream };
}
