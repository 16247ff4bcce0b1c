/** What the page of the chaos test and its node side say to each other: types only. */
import type { Progress, Status } from "../../../src/state.js";

/** Where the page finds its homeserver, and which device it is: the parameters of its address. */
export interface PageParameters {
  readonly url: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
  readonly version: string;
  /** Base64. */
  readonly decryptionKey: string;
}

/** What the page tells, as it happens. */
export type Note =
  | StateNote
  /** It calls the crypto store with these sessions, when `settled` room keys were known to be done with. */
  | { readonly type: "import-begins"; readonly call: number; readonly sessions: string[]; readonly settled: number }
  | { readonly type: "import-ends"; readonly call: number };

/** What `<key-backup-sync>` shows. */
export interface StateNote {
  readonly type: "state";
  readonly status: Status;
  /** What it waits for, why there is nothing to do, or the code of the error. */
  readonly reason: string | null;
  readonly progress: Progress | null;
}

/** What node asks of the page. */
export interface DevicePage {
  /** As by the mouse. False if there is no such button now. */
  press(button: string): boolean;
  /** Ends its workers without a word to whoever made them. */
  terminateWorkers(): void;
  /** What is truly in the crypto store. */
  roomKeyCounts(): Promise<{ total: number; backedUp: number }>;
  /** As "room ID, space, session ID". */
  sessions(): Promise<string[]>;
}

declare global {
  /** Of the page, once its client is there. */
  var device: DevicePage | undefined;
  /** Resolves when node has it. `life` is of this document alone: another one after a reload. */
  var tell: (life: string, note: Note) => Promise<void>;
}
