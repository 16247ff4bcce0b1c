/**
 * The only module that speaks HTTP: which backup there is, and the stream of its room keys. It turns what goes wrong into error
 * codes and knows nothing of what is done with the bytes.
 */
import { KeyBackupSyncError } from "../errors.js";
import type { BackupInfo } from "../state.js";

export const SUPPORTED_ALGORITHM = "m.megolm_backup.v1.curve25519-aes-sha2";

/** The answer of `GET /room_keys/version`, as far as it matters here. */
export interface BackupVersion extends BackupInfo {
  readonly algorithm: string;
  /** `auth_data.public_key`: the Curve25519 public key, unpadded base64. */
  readonly publicKey: string;
}

/** Gets the access token, or one in place of that which was refused; `null` when logged out. */
export type AccessTokens = (refused: string | null) => Promise<string | null>;

/** Silence after which an answer is given up, in milliseconds. A homeserver may take its time before a big answer. */
const FIRST_BYTE_TIMEOUT = 180_000;
const STALL_TIMEOUT = 30_000;
/** Characters. */
const LONGEST_SMALL_ANSWER = 1024 * 1024;

export class Homeserver {
  readonly #baseUrl: string;
  readonly #accessTokens: AccessTokens;

  constructor(baseUrl: string, accessTokens: AccessTokens) {
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#accessTokens = accessTokens;
  }

  /** The present backup, `null` if there is none. */
  async getBackupVersion(signal: AbortSignal): Promise<BackupVersion | null> {
    const response = await this.#get("version", signal);
    if (response.status === 404) return null;
    await checkStatus(response);
    return parseBackupVersion(await readSmallJson(response));
  }

  /** The pieces of the whole backup's JSON as they come in. Whoever stops listening ends the request. */
  async *getRoomKeys(version: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const response = await this.#get(`keys?version=${encodeURIComponent(version)}`, signal);
    if (response.status === 404) throw new KeyBackupSyncError("backup-replaced");
    await checkStatus(response);
    yield* piecesOf(response);
  }

  /** The pieces of one room's answer, `{"sessions": …}`; none if the homeserver has no keys of it. */
  async *getRoomKeysOf(
    roomId: string,
    version: string,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    // Half a surrogate pair cannot be in a URL, nor in a room ID.
    const room = encodeURIComponent(roomId.replace(/\p{Surrogate}/gu, "\ufffd"));
    const response = await this.#get(`keys/${room}?version=${encodeURIComponent(version)}`, signal);
    if (response.status === 404) return;
    await checkStatus(response);
    yield* piecesOf(response);
  }

  async #get(path: string, signal: AbortSignal): Promise<Response> {
    const token = await this.#accessTokens(null);
    const response = await this.#fetch(path, token, signal);
    if (response.status !== 401 || token === null) return response;
    return this.#fetch(path, await this.#accessTokens(token), signal);
  }

  #fetch(path: string, token: string | null, signal: AbortSignal): Promise<Response> {
    if (token === null) throw new KeyBackupSyncError("unauthorized");
    const request = fetch(`${this.#baseUrl}/_matrix/client/v3/room_keys/${path}`, {
      headers: { Authorization: `Bearer ${token}` },
      cache: "no-store",
      // A homeserver has no reason to send this request, with its token, elsewhere.
      redirect: "error",
      signal,
    });
    return orStalled(FIRST_BYTE_TIMEOUT, reachable(request));
  }
}

async function checkStatus(response: Response): Promise<void> {
  if (response.ok) return;
  const { status } = response;
  if (status === 401) throw new KeyBackupSyncError("unauthorized");
  const body = (await readSmallJson(response).catch(() => null)) as {
    errcode?: unknown;
    retry_after_ms?: unknown;
  } | null;
  if (status === 429) throw new KeyBackupSyncError("rate-limited", { retryAfterMs: retryAfter(response, body) });
  if (body?.errcode === "M_WRONG_ROOM_KEYS_VERSION") throw new KeyBackupSyncError("backup-replaced");
  throw new KeyBackupSyncError(status >= 500 ? "homeserver-error" : "malformed-response");
}

/** @see https://spec.matrix.org/v1.16/client-server-api/#rate-limiting */
function retryAfter({ headers }: Response, body: { retry_after_ms?: unknown } | null): number | null {
  const header = headers.get("Retry-After");
  const seconds = header === null ? Number.NaN : Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header ?? "") - Date.now() : seconds * 1000;
  if (wait >= 0) return wait;
  const inBody = body?.retry_after_ms;
  return typeof inBody === "number" && inBody >= 0 ? inBody : null;
}

function parseBackupVersion(json: unknown): BackupVersion {
  const { version, etag, count, algorithm, auth_data: authData } = (json ?? {}) as Record<string, unknown>;
  const isInfo =
    typeof version === "string" && typeof etag === "string" && Number.isSafeInteger(count) && (count as number) >= 0;
  if (!isInfo || typeof algorithm !== "string") throw new KeyBackupSyncError("malformed-response");
  const publicKey = (authData as { public_key?: unknown } | undefined)?.public_key;
  if (algorithm === SUPPORTED_ALGORITHM && typeof publicKey !== "string") {
    throw new KeyBackupSyncError("malformed-response");
  }
  return { version, etag, count: count as number, algorithm, publicKey: String(publicKey) };
}

/** An answer that ought to be small; one that is not is no such answer. */
async function readSmallJson(response: Response): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of piecesOf(response)) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > LONGEST_SMALL_ANSWER) throw new KeyBackupSyncError("malformed-response");
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new KeyBackupSyncError("malformed-response", { cause });
  }
}

async function* piecesOf({ body }: Response): AsyncGenerator<Uint8Array, void, undefined> {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await orStalled(STALL_TIMEOUT, reachable(reader.read()));
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** What fetch rejects with, but for an abort, is a connection that failed. */
async function reachable<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new KeyBackupSyncError("homeserver-unreachable", { cause });
  }
}

async function orStalled<Value>(milliseconds: number, answer: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new KeyBackupSyncError("homeserver-unreachable")), milliseconds);
  });
  try {
    return await Promise.race([answer, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
