/** What an archive says of itself: whose backup it is, and what may give its decryption key. No secret is in it. */
import { KeyBackupSyncError } from "../../errors.js";
import type { BackupInfo } from "../../state.js";
import { headerKeys } from "./header-keys.js";
import {
  type PassphraseDescription,
  parsePassphrase,
  parseStoredBackupKey,
  type StoredBackupKey,
} from "./stored-backup-key.js";

const FORMAT = "key-backup-archive";
const FORMAT_VERSION = 1;
/** Characters: a longer first line is refused. */
export const LONGEST_HEADER = 1024 * 1024;
/** The first line of a Matrix key export. */
const KEY_EXPORT = "-----BEGIN MEGOLM SESSION DATA-----";
/** Characters of what a homeserver says of a backup; the rest is cut. It is for people to look at. */
const LONGEST_INFO = 1024;

export interface ArchiveHeader {
  /** Of the account whose backup this is. Its room keys are good for any other. */
  readonly userId: string;
  /** When the archive was made: ISO 8601, UTC. */
  readonly madeAt: string;
  /** What the homeserver said of the backup: `count` may be more than there is in the archive. */
  readonly backup: BackupInfo;
  readonly algorithm: string;
  /** `auth_data.public_key` of the backup: base64. It tells whether a decryption key is the right one. */
  readonly publicKey: string;
  /** Empty if the account keeps the decryption key elsewhere. */
  readonly secretStorage: readonly StoredBackupKey[];
  /** How a passphrase gives the decryption key itself; missing if none does. */
  readonly passphrase?: PassphraseDescription | null;
}

/** A header as it is read. */
export interface ReadHeader extends ArchiveHeader {
  /** The last line of the file is an end mark: without it the file is not whole. */
  readonly hasEndMark: boolean;
}

/**
 * Without its line break. As many stored keys as fit into a line that is read again: the last ones are dropped.
 * @throws KeyBackupSyncError `malformed-response` if the rest cannot be read again: it is what the homeserver sent
 */
export function headerLine(header: ArchiveHeader): string {
  const storedKeys = [...headerKeys(header.secretStorage)];
  let line = lineOf(header, storedKeys);
  while (line.length > LONGEST_HEADER && storedKeys.pop()) line = lineOf(header, storedKeys);
  if (!canBeRead(line, storedKeys.length)) throw new KeyBackupSyncError("malformed-response");
  return line;
}

/** Member by member: nothing else that an object may have gets into the file. */
function lineOf(
  { userId, madeAt, backup, algorithm, publicKey, passphrase }: ArchiveHeader,
  secretStorage: readonly StoredBackupKey[],
): string {
  const [version, etag] = [backup.version.slice(0, LONGEST_INFO), backup.etag.slice(0, LONGEST_INFO)];
  return JSON.stringify({
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    hasEndMark: true,
    userId,
    madeAt,
    backup: { version, etag, count: backup.count },
    algorithm,
    publicKey,
    secretStorage,
    ...(passphrase && { passphrase: parsePassphrase(passphrase) }),
  });
}

function canBeRead(line: string, storedKeys: number): boolean {
  if (line.length > LONGEST_HEADER) return false;
  try {
    return parseHeader(line).secretStorage.length === storedKeys;
  } catch {
    return false;
  }
}

/** @throws KeyBackupSyncError `rescue-copy-damaged`; `rescue-copy-is-key-export` if it is the first line of a Matrix key export */
export function parseHeader(line: string): ReadHeader {
  if (line.startsWith(KEY_EXPORT)) throw new KeyBackupSyncError("rescue-copy-is-key-export");
  const header = parse(line);
  if (!isHeader(header)) throw new KeyBackupSyncError("rescue-copy-damaged");
  // A stored key in a shape of its own does not keep the others, or the recovery key alone, from opening the backup.
  const secretStorage = header.secretStorage.map(parseStoredBackupKey).filter((stored) => stored !== null);
  const { passphrase, ...others } = header;
  const described = parsePassphrase(passphrase);
  const hasEndMark = header.hasEndMark === true;
  return { ...others, secretStorage, hasEndMark, ...(described && { passphrase: described }) };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function isHeader(value: unknown): value is ArchiveHeader & { readonly hasEndMark?: unknown } {
  if (typeof value !== "object" || value === null) return false;
  const { format, formatVersion, backup, secretStorage, ...members } = value as Record<string, unknown>;
  if (format !== FORMAT || formatVersion !== FORMAT_VERSION) return false;
  const areStrings = ["userId", "madeAt", "algorithm", "publicKey"].every((name) => typeof members[name] === "string");
  return areStrings && isBackupInfo(backup) && Array.isArray(secretStorage);
}

function isBackupInfo(value: unknown): value is BackupInfo {
  if (typeof value !== "object" || value === null) return false;
  const { version, etag, count } = value as Record<string, unknown>;
  return typeof version === "string" && typeof etag === "string" && Number.isSafeInteger(count);
}
