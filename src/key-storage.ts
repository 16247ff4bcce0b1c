/**
 * Whether the user wants room keys to be kept on the homeserver at all: account data, for all devices of the account.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4287
 */

const KEY_BACKUP = "m.key_backup";
/** By clients from before the specification had the other; with the opposite sense. */
const BACKUP_DISABLED = "m.org.matrix.custom.backup_disabled";

/** Types of account data: the first one that tells counts. */
export const KEY_STORAGE_TYPES: readonly string[] = [KEY_BACKUP, BACKUP_DISABLED];

/** @param content of the account data of that type; `null` if this tells nothing */
export function isTurnedOff(type: string, content: unknown): boolean | null {
  const { enabled, disabled } = (content ?? {}) as { readonly enabled?: unknown; readonly disabled?: unknown };
  if (type === KEY_BACKUP) return typeof enabled === "boolean" ? !enabled : null;
  return typeof disabled === "boolean" ? disabled : null;
}
