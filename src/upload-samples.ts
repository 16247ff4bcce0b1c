/** Which megolm sessions an upload is to be checked by, at its end. */
import { firstMessageIndexOf } from "./best-copies.js";
import type { RoomKey } from "./host.js";
import type { SessionSample } from "./protocol.js";

/** Each is a request to the homeserver at the end. */
const MOST_SAMPLES = 20;

export class UploadSamples {
  #samples: SessionSample[] = [];
  #seen = 0;

  get all(): readonly SessionSample[] {
    return this.#samples;
  }

  /** Any of all that were added is as likely to be among the samples as any other. */
  add(sample: SessionSample): void {
    this.#seen++;
    const at = this.#seen <= MOST_SAMPLES ? this.#seen - 1 : Math.floor(Math.random() * this.#seen);
    if (at < MOST_SAMPLES) this.#samples[at] = sample;
  }

  clear(): void {
    this.#samples = [];
    this.#seen = 0;
  }
}

export function sampleOf(roomKey: RoomKey): SessionSample {
  const { room_id: roomId, session_id: sessionId } = roomKey;
  return { roomId, sessionId, firstMessageIndex: firstMessageIndexOf(roomKey) };
}

/** The body of `PUT /room_keys/keys`. */
interface UploadBody {
  readonly rooms: Readonly<
    Record<string, { readonly sessions: Readonly<Record<string, { readonly first_message_index: number }>> }>
  >;
}

export function sessionsIn(body: string): SessionSample[] {
  const { rooms } = JSON.parse(body) as UploadBody;
  return Object.entries(rooms).flatMap(([roomId, { sessions }]) =>
    Object.entries(sessions).map(([sessionId, { first_message_index }]) => ({
      roomId,
      sessionId,
      firstMessageIndex: first_message_index,
    })),
  );
}

/** Names a session of any room. */
export function nameOf({ roomId, sessionId }: Pick<SessionSample, "roomId" | "sessionId">): string {
  return `${sessionId} ${roomId}`;
}
