/**
 * The only module that speaks HTTP: which backup there is, the stream of its room keys, and account data. It turns what goes wrong into error
 * codes and knows nothing of what is done with the bytes.
 */
import { abortWith } from "../abort-with.js";
import { KeyBackupSyncError } from "../errors.js";
import type { BackupInfo } from "../state.js";
import { unlessAborted } from "../unless-aborted.js";
import { withinReason } from "./answer-limits.js";
import { publicKeyFrom } from "./backup-id.js";
import { type PassphraseDescription, parsePassphrase } from "./rescue/stored-backup-key.js";
import { discard, noAnswer, ONE_ROOM_KEY, PATIENCE, type Patience, piecesOf, reachable } from "./response-pieces.js";
import { within } from "./within.js";

export const SUPPORTED_ALGORITHM = "m.megolm_backup.v1.curve25519-aes-sha2";

/** The answer of `GET /room_keys/version`, as far as it matters here. */
export interface BackupVersion extends BackupInfo {
  readonly algorithm: string;
  /** `auth_data.public_key`: the Curve25519 public key, base64 without padding; empty if the algorithm is another, `null` if it is no key. */
  readonly publicKey: string | null;
  /** How a passphrase gives the decryption key, as early clients made it; `null` if none does. */
  readonly passphrase: PassphraseDescription | null;
  /** Who signed its `auth_data`, by user ID and key ID: see `signerOf`. */
  readonly signedBy: ReadonlySet<string>;
}

/** The key of a device, as in `signedBy`. */
export function signerOf({ userId, deviceId }: { readonly userId: string; readonly deviceId: string }): string {
  return `${userId} ed25519:${deviceId}`;
}

/** What tells it from others of the same version is known. */
export type DescribedBackup = BackupVersion & { readonly publicKey: string };

export function infoOf({ version, etag, count }: BackupVersion): BackupInfo {
  return { version, etag, count };
}

/** Which backup's room keys, and how many of them there are to be. */
type Asked = Pick<BackupInfo, "version" | "count">;

/** Gets the access token, or one in place of that which was refused; `null` when logged out. */
export type AccessTokens = (refused: string | null) => Promise<string | null>;

const QUOTA_STATUS = [413, 507];
/** Characters. */
const LONGEST_SMALL_ANSWER = 1024 * 1024;
/** Characters: clients take 32. */
const LONGEST_SALT = 1024;
/** Characters of a version or an etag: Synapse and Dendrite write a few digits. */
const LONGEST_NAME = 255;
const SPACE = 0x20;
const HALF_PAIR = /\p{Surrogate}/u;

export interface SessionId {
  readonly roomId: string;
  readonly sessionId: string;
}

export class Homeserver {
  readonly #baseUrl: string;
  readonly #accessTokens: AccessTokens;
  readonly #patience: Patience;
  /** How to end the request of an answer. */
  readonly #requests = new WeakMap<Response, AbortController>();

  constructor(baseUrl: string, accessTokens: AccessTokens, patience = PATIENCE) {
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#accessTokens = accessTokens;
    this.#patience = patience;
  }

  /** The present backup, or the one of that version, `null` if there is none. */
  async getBackupVersion(signal: AbortSignal, version: string | null = null): Promise<BackupVersion | null> {
    const segment = version === null ? "" : segmentOf(version);
    if (segment === null) return null;
    const response = await this.#get(`room_keys/version${segment && `/${segment}`}`, signal);
    if (response.ok) return parseBackupVersion(await this.#readSmallJson(response));
    // A homeserver that does not know the endpoint knows nothing of the version.
    return this.#noneOrThrow(response);
  }

  /** The pieces of the whole backup's JSON as they come in. Whoever stops listening ends the request. */
  async *getRoomKeys({ version, count }: Asked, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const response = await this.#get(`room_keys/keys?version=${encodeURIComponent(version)}`, signal);
    if (response.ok) return yield* this.#keysIn(response, count);
    await this.#noneOrThrow(response);
    throw new KeyBackupSyncError("backup-replaced");
  }

  /** The pieces of one room's answer, `{"sessions": …}`; none if the homeserver has no keys of it. */
  async *getRoomKeysOf(
    roomId: string,
    { version, count }: Asked,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const room = segmentOf(roomId);
    if (room === null) return;
    const response = await this.#get(`room_keys/keys/${room}?version=${encodeURIComponent(version)}`, signal);
    if (response.ok) yield* this.#keysIn(response, count);
    else if (response.status === 404) discard(response);
    else await this.#noneOrThrow(response);
  }

  /** The content of the account data of that type, `null` if there is none. */
  async getAccountData(userId: string, type: string, signal: AbortSignal): Promise<unknown> {
    const response = await this.#get(
      `user/${encodeURIComponent(userId)}/account_data/${encodeURIComponent(type)}`,
      signal,
    );
    return response.ok ? this.#readSmallJson(response) : this.#noneOrThrow(response, "M_UNRECOGNIZED");
  }

  /** Puts room keys into the backup of that version. @returns the body of the answer */
  async putRoomKeys(version: string, body: string, signal: AbortSignal): Promise<string> {
    const response = await this.#request(`room_keys/keys?version=${encodeURIComponent(version)}`, signal, body);
    if (response.ok) return JSON.stringify(await this.#readSmallJson(response));
    // A homeserver, or a proxy before it, that takes no more: of this account, or of any.
    if (QUOTA_STATUS.includes(response.status)) {
      discard(response);
      throw new KeyBackupSyncError("quota-exceeded");
    }
    await this.#noneOrThrow(response);
    throw new KeyBackupSyncError("backup-replaced");
  }

  /** What the backup has of one session, `null` if nothing. */
  async getSession(version: string, { roomId, sessionId }: SessionId, signal: AbortSignal): Promise<unknown> {
    const [room, session] = [segmentOf(roomId), segmentOf(sessionId)];
    if (room === null || session === null) return null;
    const query = `version=${encodeURIComponent(version)}`;
    const response = await this.#get(`room_keys/keys/${room}/${session}?${query}`, signal);
    return response.ok ? this.#readSmallJson(response) : this.#noneOrThrow(response);
  }

  async *#keysIn(response: Response, count: number): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      const pieces = piecesOf(response, ONE_ROOM_KEY, this.#patience.progress);
      for await (const piece of withinReason(pieces, count)) yield withoutNul(piece);
    } finally {
      // A body that nobody reads any more is not enough: Firefox may keep the connection of one that stalled.
      this.#requests.get(response)?.abort();
    }
  }

  #get(path: string, signal: AbortSignal): Promise<Response> {
    return this.#request(path, signal, null);
  }

  /** @param body to be put there, `null` to get what is there */
  async #request(path: string, signal: AbortSignal, body: string | null): Promise<Response> {
    const token = await this.#token(null, signal);
    const response = await this.#fetch(path, token, signal, body);
    if (response.status !== 401 || token === null) return response;
    discard(response);
    return this.#fetch(path, await this.#token(token, signal), signal, body);
  }

  /** The client may ask its homeserver for a new one, with no limit of time. */
  #token(refused: string | null, signal: AbortSignal): Promise<string | null> {
    return within(this.#patience.firstByte, unlessAborted(this.#accessTokens(refused), signal), noAnswer);
  }

  async #fetch(path: string, token: string | null, signal: AbortSignal, body: string | null): Promise<Response> {
    if (token === null) throw new KeyBackupSyncError("unauthorized");
    const givenUp = abortWith(signal);
    const request = fetch(`${this.#baseUrl}/_matrix/client/v3/${path}`, {
      ...(body !== null && { method: "PUT", body }),
      headers: { Authorization: `Bearer ${token}`, ...(body !== null && { "Content-Type": "application/json" }) },
      cache: "no-store",
      // A homeserver has no reason to send this request, with its token, elsewhere.
      redirect: "error",
      signal: givenUp.signal,
    });
    try {
      const response = await within(this.#patience.firstByte, reachable(request), noAnswer);
      this.#requests.set(response, givenUp);
      return response;
    } catch (cause) {
      givenUp.abort();
      throw cause;
    }
  }

  /** `null` if the homeserver says that there is no such thing. Any other 404 is of something between here and there. */
  async #noneOrThrow(response: Response, ...alsoNone: readonly string[]): Promise<null> {
    const { status } = response;
    const body = (await this.#readSmallJson(response).catch(() => null)) as ErrorBody | null;
    if (status === 404 && ["M_NOT_FOUND", ...alsoNone].some((code) => code === body?.errcode)) return null;
    if (status === 401) throw new KeyBackupSyncError("unauthorized");
    if (status === 429) throw new KeyBackupSyncError("rate-limited", { retryAfterMs: retryAfter(response, body) });
    if (body?.errcode === "M_RESOURCE_LIMIT_EXCEEDED") throw new KeyBackupSyncError("quota-exceeded");
    if (body?.errcode === "M_WRONG_ROOM_KEYS_VERSION") throw new KeyBackupSyncError("backup-replaced");
    throw new KeyBackupSyncError(status >= 500 ? "homeserver-error" : "malformed-response");
  }

  /** An answer that ought to be small, and at once; one that is not is no such answer. */
  async #readSmallJson(response: Response): Promise<unknown> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const piece of piecesOf(response, Infinity, this.#patience.progress)) {
      text += decoder.decode(piece, { stream: true });
      if (text.length > LONGEST_SMALL_ANSWER) throw new KeyBackupSyncError("malformed-response");
    }
    return parse(text);
  }
}

/**
 * As one segment of a path; `null` where a URL has no such segment: an empty one, and the two that stand for a folder, would ask for
 * something else. Half a surrogate pair cannot be in a URL, nor in an ID.
 */
function segmentOf(id: string): string | null {
  if (["", ".", ".."].includes(id)) return null;
  return encodeURIComponent(id.replace(/\p{Surrogate}/gu, "\ufffd"));
}

/** JSON has no NUL bytes, and the spool takes them for a part that a loss of power left blank. With a space in its place, only its key is bad. */
function withoutNul(piece: Uint8Array): Uint8Array {
  for (let at = piece.indexOf(0); at >= 0; at = piece.indexOf(0, at + 1)) piece[at] = SPACE;
  return piece;
}

interface ErrorBody {
  readonly errcode?: unknown;
  readonly retry_after_ms?: unknown;
}

/** @see https://spec.matrix.org/v1.16/client-server-api/#rate-limiting */
function retryAfter({ headers }: Response, body: ErrorBody | null): number | null {
  const header = headers.get("Retry-After");
  const seconds = header === null ? Number.NaN : Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header ?? "") - Date.now() : seconds * 1000;
  if (wait >= 0) return Math.min(wait, Number.MAX_SAFE_INTEGER);
  const inBody = body?.retry_after_ms;
  return typeof inBody === "number" && inBody >= 0 ? Math.min(inBody, Number.MAX_SAFE_INTEGER) : null;
}

function parseBackupVersion(json: unknown): BackupVersion {
  const { version, etag, count, algorithm, auth_data: authData } = (json ?? {}) as Record<string, unknown>;
  // Dendrite's first etag is an empty text.
  const isInfo =
    isName(version) && version !== "" && isName(etag) && Number.isSafeInteger(count) && (count as number) >= 0;
  if (!isInfo || typeof algorithm !== "string") throw new KeyBackupSyncError("malformed-response");
  const info = {
    version,
    etag,
    count: count as number,
    algorithm,
    passphrase: passphraseIn(authData),
    signedBy: signersIn(authData),
  };
  if (algorithm !== SUPPORTED_ALGORITHM) return { ...info, publicKey: "" };
  const publicKey = publicKeyFrom((authData as { public_key?: unknown } | null | undefined)?.public_key);
  return { ...info, publicKey };
}

/** A text that can be in a request. */
function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_NAME && !HALF_PAIR.test(value);
}

/** As matrix-js-sdk wrote it before there was secret storage, and still reads it: PBKDF2 with SHA-512. */
function passphraseIn(authData: unknown): PassphraseDescription | null {
  const members = (authData ?? {}) as Record<string, unknown>;
  const { private_key_salt: salt, private_key_iterations: iterations, private_key_bits: bits } = members;
  if (typeof salt !== "string" || salt.length > LONGEST_SALT) return null;
  return parsePassphrase({ algorithm: "m.pbkdf2", salt, iterations, bits: bits || undefined });
}

/** Whether a signature is good is the client's to say. */
function signersIn(authData: unknown): Set<string> {
  const { signatures } = (authData ?? {}) as { signatures?: unknown };
  const users = Object.entries(signatures ?? {}) as [string, unknown][];
  return new Set(users.flatMap(([userId, keys]) => Object.keys(keys ?? {}).map((keyId) => `${userId} ${keyId}`)));
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (cause) {
    throw new KeyBackupSyncError("malformed-response", { cause });
  }
}
