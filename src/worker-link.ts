/**
 * The page's end of the wire: calls into the worker as promises, its wish for an access token answered by the account. It knows
 * nothing of what the calls do.
 */
import { complainOnce } from "./complain.js";
import { wasmLocation } from "./configure.js";
import { type ErrorCode, KeyBackupSyncError } from "./errors.js";
import type { Account } from "./host.js";
import { newWorker } from "./new-worker.js";
import type { CallName, PageMessage, Spooled, WorkerCalls, WorkerMessage } from "./protocol.js";

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

/** Milliseconds: a worker may be in the midst of a batch, on a machine that has much else to do. */
const LETS_GO_WITHIN = 10_000;

const NO_WORKER =
  "the worker could not be loaded. Its file is missing, is not sent as JavaScript, or is forbidden by the Content-Security-Policy " +
  "(worker-src). See the network log, and `configure({ workerUrl })` in the README.";
const NO_WEBASSEMBLY =
  "the WebAssembly of the worker could not be loaded. Its file is missing, is not sent as application/wasm, or is forbidden by the " +
  "Content-Security-Policy (script-src 'wasm-unsafe-eval', connect-src). See the network log, and `configure({ wasmUrl })` in the README.";

export class WorkerLink {
  /** Called whenever more is spooled. */
  onDownloaded: (spooled: Spooled) => void = () => {};
  readonly #worker: Worker;
  readonly #account: Account;
  /** Of the lock that the worker holds for as long as it lives. */
  readonly #lock = `key-backup-sync:worker:${crypto.randomUUID()}`;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #hasAnswered = false;
  /** How the worker ended. */
  #fault: ErrorCode | null = null;
  #end: () => void = () => {};
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** Resolves when the worker has let go of all that another one may want. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  /** @throws KeyBackupSyncError `worker-unavailable` */
  constructor(account: Account) {
    this.#account = account;
    this.#worker = newWorker();
    this.#worker.addEventListener("message", ({ data }: MessageEvent<WorkerMessage>) => void this.#receive(data));
    // It lives on, but nobody knows how. Before its first word, it never was there.
    this.#worker.addEventListener("error", () => (this.#hasAnswered ? this.close() : this.#neverWas()));
    this.#worker.addEventListener("messageerror", () => this.close());
    const { userId, deviceId, homeserverUrl } = account;
    const wasmUrl = wasmLocation()?.href ?? null;
    this.#send({ type: "begin", identity: { userId, deviceId, homeserverUrl }, lock: this.#lock, wasmUrl });
  }

  /** The worker is gone: whoever wants to call it makes a new link. */
  get crashed(): boolean {
    return this.#fault !== null;
  }

  /** An aborted call rejects when the worker has let go of it, not before. */
  call<Name extends CallName>(
    name: Name,
    args: Parameters<WorkerCalls[Name]>,
    signal?: AbortSignal,
  ): ReturnType<WorkerCalls[Name]> {
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.#fault) return reject(new KeyBackupSyncError(this.#fault));
      if (signal?.aborted) return reject(signal.reason);
      const id = ++this.#lastId;
      const abort = () => this.#send({ type: "abort", id });
      const settle = () => signal?.removeEventListener("abort", abort);
      signal?.addEventListener("abort", abort);
      this.#pending.set(id, {
        resolve: (value) => {
          settle();
          resolve(value);
        },
        reject: (reason) => {
          settle();
          reject(reason);
        },
      });
      this.#send({ type: "call", id, name, args });
    });
    return answer as ReturnType<WorkerCalls[Name]>;
  }

  /**
   * The worker ends as soon as it has let go of its database: in WebKit, a transaction of a worker that is terminated may stay open, and
   * keep every later one waiting.
   */
  close(): void {
    this.#send({ type: "end" });
    this.#crash();
    this.#patience ??= setTimeout(() => this.#terminate(), LETS_GO_WITHIN);
  }

  #neverWas(): void {
    complainOnce(NO_WORKER);
    this.#terminate();
  }

  #terminate(): void {
    this.#worker.terminate();
    this.#onEnd();
  }

  #onEnd(): void {
    clearTimeout(this.#patience);
    this.#crash();
    this.#end();
  }

  #send(message: PageMessage): void {
    this.#worker.postMessage(message);
  }

  /** A worker that is ended from outside tells nobody. But its lock is free then, and not before: it had it when it first spoke. */
  #watch(): void {
    if (this.#hasAnswered) return;
    this.#hasAnswered = true;
    const { locks } = navigator as { locks?: LockManager };
    locks?.request(this.#lock, () => this.#onEnd()).catch(() => {});
  }

  async #receive(message: WorkerMessage): Promise<void> {
    this.#watch();
    switch (message.type) {
      case "result":
        return this.#take(message.id)?.resolve(message.value as never);
      case "error":
        this.#take(message.id)?.reject(errorOf(message));
        // It loads its WebAssembly once, or never.
        if (message.code === "worker-unavailable") this.#closeWithout(message.detail);
        return;
      case "ended":
        return this.#terminate();
      case "downloaded":
        return this.onDownloaded(message.spooled);
      case "want-access-token":
        return this.#send({ type: "access-token", id: message.id, token: await this.#token(message.refused) });
    }
  }

  #closeWithout(webAssembly: string | undefined): void {
    complainOnce(`${NO_WEBASSEMBLY}${webAssembly ? ` The browser says: ${webAssembly}` : ""}`);
    this.close();
  }

  async #token(refused: string | null): Promise<string | null> {
    try {
      return refused === null ? this.#account.getAccessToken() : await this.#account.renewAccessToken(refused);
    } catch {
      return null;
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #crash(): void {
    // What dies before its first word was never there: a file that is missing, or a policy that forbids it.
    const fault = this.#hasAnswered ? "worker-crashed" : "worker-unavailable";
    this.#fault = fault;
    for (const { reject } of this.#pending.values()) reject(new KeyBackupSyncError(fault));
    this.#pending.clear();
  }
}

function errorOf({ code, retryAfterMs, detail }: WorkerMessage & { type: "error" }): Error {
  return code === "aborted"
    ? new DOMException("The call was aborted", "AbortError")
    : new KeyBackupSyncError(code, { retryAfterMs, cause: detail });
}
