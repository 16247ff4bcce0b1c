/** What the person may lose, as the occasion has it. */
import type {
  AssessmentDoubt,
  EarlierKeys,
  KeysAtRisk,
  KeysNotUploaded,
  NoBackupReason,
  ResetAssessment,
} from "../../src/reset.js";
import type { KeyBackupSyncState } from "../../src/state.js";
import type { Occasion } from "../strings.js";

/** Numbers of room keys. */
export interface Losses extends KeysAtRisk, EarlierKeys, Required<KeysNotUploaded>, InNoBackup {
  /** In older backups alone: none of `notDownloaded`. */
  readonly older: number;
}

/** At most one of them is more than 0. */
interface InNoBackup extends Readonly<Record<NoBackupReason, number>> {}

const IN_NO_BACKUP: InNoBackup = { "no-backup": 0, "key-storage-off": 0, "backup-not-used": 0 };

/** Why nobody can tell; `unchecked`: the assessment itself failed; `reset-unfinished`: there is no backup that the keys could be in. */
export type Doubt = AssessmentDoubt | "unchecked" | "reset-unfinished";

export type Risk = LockedOlder &
  (
    | { readonly kind: "none" | "at-risk"; readonly losses: Losses }
    /** `losses`: what is known nevertheless. */
    | { readonly kind: "unknown"; readonly reason: Doubt; readonly losses: Losses }
  );

interface LockedOlder {
  /** Room keys of older backups that cannot be read here, wherever they are. */
  readonly lockedOlder?: number;
}

/** A risk, and the state of the run when it was asked for. */
export interface Finding {
  readonly risk: Risk;
  readonly state: KeyBackupSyncState;
}

const NOTHING: Losses = {
  notDownloaded: 0,
  notImported: 0,
  unreadable: 0,
  earlier: 0,
  notUploaded: 0,
  older: 0,
  ...IN_NO_BACKUP,
};

export const UNCHECKED: Risk = { kind: "unknown", reason: "unchecked", losses: NOTHING };

/** A reset takes the backup; to log out takes what is on this device, and leaves the backup where it is. */
export function riskOf(assessment: ResetAssessment, occasion: Occasion): Risk {
  return occasion === "logout" ? riskOfLogout(assessment) : riskOfReset(assessment);
}

function riskOfReset(assessment: ResetAssessment): Risk {
  const keys = keysOf(assessment);
  const older = Math.min(keys.notDownloaded, assessment.older?.notDownloaded ?? 0);
  const losses: Losses = { ...NOTHING, ...keys, notDownloaded: keys.notDownloaded - older, older };
  const lockedOlder = assessment.older?.locked ?? 0;
  return assessment.kind === "unknown"
    ? { kind: "unknown", reason: assessment.reason, losses, lockedOlder }
    : { kind: assessment.kind, losses, lockedOlder };
}

function riskOfLogout(assessment: ResetAssessment): Risk {
  const losses: Losses = {
    ...NOTHING,
    notImported: keysOf(assessment).notImported,
    earlier: assessment.earlier,
    notUploaded: assessment.notUploaded ?? 0,
    ...(assessment.inNoBackup && { [assessment.inNoBackup.reason]: assessment.inNoBackup.count }),
  };
  if (assessment.isResetUnfinished) return { kind: "unknown", reason: "reset-unfinished", losses };
  if (countOf(losses) === 0) return { kind: "none", losses };
  return assessment.kind === "unknown"
    ? { kind: "unknown", reason: assessment.reason, losses }
    : { kind: "at-risk", losses };
}

function keysOf(assessment: ResetAssessment): KeysAtRisk {
  if (assessment.kind === "none") return NOTHING;
  const { notDownloaded, notImported, unreadable } =
    (assessment.kind === "at-risk" ? assessment : assessment.known) ?? NOTHING;
  return { notDownloaded, notImported, unreadable };
}

export function countOf(losses: Losses): number {
  return Object.values<number>({ ...losses }).reduce((sum, count) => sum + count, 0);
}

/** Nothing but the upload is to be finished, which goes on by itself. */
export function isUploadOnly({ kind, losses }: Risk): boolean {
  return kind === "at-risk" && losses.notUploaded > 0 && countOf(losses) === losses.notUploaded;
}

/** How many keys may be lost: without an end where nobody can tell. */
export function lossOf(risk: Risk): number {
  return risk.kind === "unknown" ? Number.POSITIVE_INFINITY : countOf(risk.losses);
}
