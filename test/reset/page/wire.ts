/** What a device of the reset test and its node side say to each other: types only. */
import type { Status, Upload } from "../../../src/state.js";

export type Adapter = "matrix-client" | "olm-machine";

/** `none`: whatever destroys the backup asks nobody. */
export type Guard = "none" | "ask" | "secure-first";

/** Whether the backup is reset alone, or as a step after another secret storage. */
export type Way = "plain" | "steps";

/** What the human answers where keys may be lost. */
export type Answer = "finish" | "stay" | "lose";

/** The parameters of a device's address: the same after a reload. */
export interface DeviceParameters {
  readonly url: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
  readonly adapter: Adapter;
  readonly guard: Guard;
  /** Milliseconds that a matrix-js-sdk client waits at most before it uploads a key. */
  readonly uploadDelay: number;
  /** Whether a matrix-js-sdk client syncs at once. */
  readonly syncs: "true" | "false";
  /** What the human enters at first: of the backup that is there then. */
  readonly version: string;
  readonly decryptionKey: string;
}

export interface BackupKey {
  readonly version: string;
  /** Base64. */
  readonly decryptionKey: string;
}

/** What is shown. */
export interface Shown {
  readonly status: Status;
  /** What it waits for, why there is nothing to do, or the code of the error. */
  readonly reason: string | null;
  /** Room keys of the backup that are safe on this device, and how many there are. */
  readonly downloaded: number;
  readonly total: number;
  /** Room keys of earlier backups that are on this device, and wait for a recovery key. */
  readonly locked: number;
  readonly uploading: Upload | null;
}

/** What the page tells, as it happens. */
export type Note =
  | { readonly type: "shown"; readonly shown: Shown }
  /** The crypto store is given so many room keys. */
  | { readonly type: "import"; readonly roomKeys: number };

/** What node asks of the page. */
export interface ResetDevicePage {
  /** Resets the backup, and answers what is asked before. @returns what became of it: `done`, or the error */
  reset(way: Way, answer: Answer): Promise<string>;
  /** As by entering the recovery key in the host's dialog. */
  learn(backup: BackupKey): Promise<void>;
  /** As by entering the recovery key of an earlier backup, or of the secret storage, in a dialog of ours. @returns `done`, or the error */
  unlock(recoveryKey: string): Promise<string>;
  /** Of the backup that the client uploads to, `null` if to none. */
  present(): Promise<BackupKey | null>;
  /** As by the mouse. False if there is no such button now. */
  press(button: string): boolean;
  shown(): Shown;
  /** In the crypto store, as "room ID, space, session ID". */
  sessions(): Promise<readonly string[]>;
  /** Asks before, as a host is told to. @returns whether it is signed out */
  signOut(answer: Answer): Promise<boolean>;
  /** Sends so many messages to a new room, each with a room key of its own. @returns its ID */
  say(messages: readonly string[]): Promise<string>;
  /** Resolves with the messages of this room, oldest first, once all can be read. @param count of them */
  read(roomId: string, count: number): Promise<readonly string[]>;
}

declare global {
  /** Of the page, once its client is there. */
  var resetDevice: ResetDevicePage | undefined;
  /** Resolves when node has it. */
  var tellNode: (note: Note) => Promise<void>;
  /** What the human wrote down: keys of secret storage, in base64. */
  var writeDown: (keyId: string, key: string) => Promise<void>;
  var lookUp: (keyId: string) => Promise<string | null>;
}
