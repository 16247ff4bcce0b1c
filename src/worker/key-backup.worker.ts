/** The worker's end of the wire: takes the page's calls to the session of its account, one answer each, and lets them be aborted. */
import { KeyBackupSyncError } from "../errors.js";
import type { CallName, PageMessage, WorkerCalls, WorkerMessage } from "../protocol.js";
import { setWebAssemblyUrl } from "./decryptor.js";
import { OvertakenError } from "./overtaken.js";
import type { RescueCalls } from "./rescue-calls.js";
import { Session } from "./session.js";

/** Each call, with the signal that aborts it in front. */
type Calls = { [Name in CallName]: (signal: AbortSignal, ...args: Parameters<WorkerCalls[Name]>) => Promise<unknown> };

/** Resolves when the lock is held. */
let alive: Promise<void> = Promise.resolve();
const calls = new Map<number, AbortController>();
const tokenWishes = new Map<number, (token: string | null) => void>();
let lastTokenWish = 0;
let session: Session | null = null;

/** Holds the lock for as long as the worker lives: so the page learns of its death. Where there are no locks, nobody looks for this one. */
function hold(lock: string): Promise<void> {
  const { locks } = navigator as { locks?: LockManager };
  return new Promise<void>((resolve) => {
    const keep = () => {
      resolve();
      return new Promise<never>(() => {});
    };
    if (locks) locks.request(lock, keep).catch(() => resolve());
    else resolve();
  });
}

function send(message: WorkerMessage): void {
  self.postMessage(message);
}

function getAccessToken(refused: string | null): Promise<string | null> {
  const id = ++lastTokenWish;
  send({ type: "want-access-token", id, refused });
  return new Promise((resolve) => tokenWishes.set(id, resolve));
}

function callee(name: CallName): Partial<Calls> {
  if (!session) throw new KeyBackupSyncError("worker-crashed");
  const { rescue }: { rescue: Partial<Calls> } = session;
  return name in rescue ? rescue : (session satisfies Omit<Calls, keyof RescueCalls>);
}

async function answer({ id, name, args }: PageMessage & { type: "call" }): Promise<void> {
  const controller = new AbortController();
  calls.set(id, controller);
  try {
    await alive;
    const target = callee(name);
    const call = target[name] as (...all: unknown[]) => Promise<unknown>;
    send({ type: "result", id, value: await call.call(target, controller.signal, ...args) });
  } catch (cause) {
    send({ type: "error", id, ...faultOf(cause, controller.signal) });
  } finally {
    calls.delete(id);
  }
}

function faultOf(cause: unknown, signal: AbortSignal) {
  if (cause instanceof KeyBackupSyncError) {
    const detail = cause.code === "worker-unavailable" ? { detail: String(cause.cause) } : {};
    return { code: cause.code, retryAfterMs: cause.retryAfterMs, ...detail };
  }
  const isAborted = signal.aborted || cause instanceof OvertakenError;
  return { code: isAborted ? ("aborted" as const) : ("worker-crashed" as const), retryAfterMs: null };
}

async function end(): Promise<void> {
  const ended = session;
  session = null;
  if (!ended) return;
  for (const controller of calls.values()) controller.abort();
  await ended.close().catch(() => {});
  send({ type: "ended" });
  self.close();
}

self.addEventListener("message", ({ data }: MessageEvent<PageMessage>) => {
  switch (data.type) {
    case "begin":
      alive = hold(data.lock);
      setWebAssemblyUrl(data.wasmUrl);
      session = new Session(data.identity, getAccessToken, (spooled) => send({ type: "downloaded", spooled }));
      break;
    case "call":
      void answer(data);
      break;
    case "abort":
      calls.get(data.id)?.abort();
      break;
    case "end":
      void end();
      break;
    case "access-token":
      tokenWishes.get(data.id)?.(data.token);
      tokenWishes.delete(data.id);
      break;
  }
});
