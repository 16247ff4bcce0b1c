/** What the page of the reset test and its node side say to each other: types only. */
import type { Status } from "../../../src/state.js";

/** By the client alone, or after the question: "finish" first, or "anyway". */
export type Way = "unguarded" | "finish" | "anyway";

/** When and how the backup is reset. */
export interface ResetPlan {
  readonly way: Way;
  /** Of the keys, that the crypto store was given by then. */
  readonly part: number;
  /** Milliseconds after that moment. */
  readonly delay: number;
  /** Milliseconds that the client waits at most before it uploads a key. */
  readonly uploadDelay: number;
}

export interface BackupKey {
  readonly version: string;
  /** Base64. */
  readonly decryptionKey: string;
}

/** What node asks of the page. */
export interface ResetDevicePage {
  /** Sends so many messages to a new room, each with a room key of its own. @returns its ID */
  say(messages: readonly string[]): Promise<string>;
  /** Shows the element, and resets in the midst. @returns the new backup, and how many keys the crypto store had when the reset was asked for */
  reset(plan: ResetPlan, keys: number): Promise<BackupKey & { readonly imported: number }>;
  /** Shows the element, and resolves with the messages of this room, oldest first, once all can be read. @param count of them */
  read(roomId: string, count: number): Promise<readonly string[]>;
  /** What the element shows. */
  shown(): Status;
  /** What is truly in the crypto store. */
  roomKeyCounts(): Promise<{ readonly total: number; readonly backedUp: number }>;
  /** As "room ID, space, session ID". */
  sessions(): Promise<readonly string[]>;
  /** Room keys that the client has uploaded so far, each as often as it was. */
  uploaded(): number;
}

declare global {
  /** Of the page, once its client is there. */
  var resetDevice: ResetDevicePage | undefined;
}
