/**
 * A homeserver that says what the test tells it to, over real HTTP: as slow, as cut and as wrong as a test needs it. The test's side:
 * the server itself runs in node (scripted-homeserver.mjs). A route is a path such as `/_matrix/client/v3/room_keys/version`,
 * with `{roomId}` for any one segment, with a method before it (`"GET /…"`) and a query behind it (`"…?version=1"`) where that matters. The first that matches answers;
 * what no route matches is answered by 404, `M_UNRECOGNIZED`; a backup version, `M_NOT_FOUND`.
 */
import { callNode } from "./node-call.js";

/** One thing that happens while an answer is sent. The head goes out with the first `send`, even of an empty string. */
export type Step =
  | { readonly send: string }
  | { readonly sendBase64: string }
  /** `every`: milliseconds between two of them. As fast as the other side reads, if not given. */
  | { readonly repeat: string; readonly times: number; readonly every?: number }
  /** Straight to the connection, past HTTP: begins with a status line, or with what is none. */
  | { readonly raw: string }
  /** Milliseconds. */
  | { readonly wait: number }
  /** Until `homeserver.release(name)`. */
  | { readonly until: string }
  /** Nothing more, and the connection stays open. */
  | { readonly stall: true }
  /** The connection breaks in mid-answer, an error in every engine; as the first step, without any answer. */
  | { readonly cut: true }
  /** The connection is closed in mid-answer, in good order. WebKit takes that for the end of the answer; the others for an error. */
  | { readonly hangUp: true };

export interface ScriptedAnswer {
  /** 200 if not given. */
  readonly status?: number;
  /** In addition to CORS and `content-type: application/json`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Compressed as it is sent, `content-encoding` included. */
  readonly gzip?: true;
  readonly body?: string | readonly Step[];
  /** Instead of `body`. */
  readonly json?: unknown;
}

/** More than anybody reads. Not Infinity, which JSON does not have. */
export const FOR_EVER = Number.MAX_SAFE_INTEGER;

/** By route. Of several answers each is given once, in order, and the last one from then on. */
export type Script = Readonly<Record<string, ScriptedAnswer | readonly ScriptedAnswer[]>>;

export interface RecordedRequest {
  readonly method: string;
  /** As it came: still percent-encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly authorization: string | null;
  /** Of the answer: `aborted` when the client left before its end, or when it was cut. */
  outcome: "open" | "complete" | "aborted";
}

export interface ScriptedHomeserver {
  /** Base URL, no slash at its end. */
  readonly url: string;
  /** From now on these answers and no others; requests already made keep theirs. */
  script(script: Script): Promise<void>;
  /** Lets all answers go on that are at, or will come to, `{ until: name }`. */
  release(name: string): Promise<void>;
  /** All up to now, in the order of their arrival, without preflights. */
  requests(): Promise<RecordedRequest[]>;
  /** Resolves when there were `times` requests for this path. */
  requested(path: string, times?: number): Promise<RecordedRequest[]>;
  close(): Promise<void>;
}

export async function scriptedHomeserver(script: Script = {}): Promise<ScriptedHomeserver> {
  const url = await callNode<string>("homeserver/open", { script });
  const requests = () => callNode<RecordedRequest[]>("homeserver/requests", { url });
  return {
    url,
    requests,
    script: (next) => callNode("homeserver/script", { url, script: next }),
    release: (name) => callNode("homeserver/release", { url, name }),
    requested: (path, times = 1) => whenRequested(requests, path, times),
    close: () => callNode("homeserver/close", { url }),
  };
}

const POLL_MS = 20;

async function whenRequested(requests: () => Promise<RecordedRequest[]>, path: string, times: number) {
  for (;;) {
    const matching = (await requests()).filter((request) => request.path === path);
    if (matching.length >= times) return matching;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
