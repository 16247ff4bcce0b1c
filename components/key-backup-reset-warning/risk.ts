/** What the person may lose, as the occasion has it. */
import type { AssessmentDoubt, KeysAtRisk, ResetAssessment } from "../../src/reset.js";
import type { KeyBackupSyncState } from "../../src/state.js";
import type { Occasion } from "../strings.js";

/** Why nobody can tell; `unchecked`: the assessment itself failed. */
export type Doubt = AssessmentDoubt | "unchecked";

export type Risk =
  | { readonly kind: "none" }
  | ({ readonly kind: "at-risk" } & KeysAtRisk)
  | { readonly kind: "unknown"; readonly reason: Doubt; readonly known: KeysAtRisk | null };

/** A risk, and the state of the run when it was asked for. */
export interface Finding {
  readonly risk: Risk;
  readonly state: KeyBackupSyncState;
}

export const UNCHECKED: Risk = { kind: "unknown", reason: "unchecked", known: null };

/** A reset takes the backup; to log out takes what is on this device, and leaves the backup where it is. */
export function riskOf(assessment: ResetAssessment, occasion: Occasion): Risk {
  if (occasion === "reset") return assessment;
  const notImported = notImportedOf(assessment);
  if (notImported === 0) return { kind: "none" };
  const keys: KeysAtRisk = { notDownloaded: 0, notImported, unreadable: 0 };
  return assessment.kind === "unknown" ? { ...assessment, known: keys } : { kind: "at-risk", ...keys };
}

function notImportedOf(assessment: ResetAssessment): number {
  if (assessment.kind === "none") return 0;
  return (assessment.kind === "at-risk" ? assessment : assessment.known)?.notImported ?? 0;
}

/** The keys that are known to be at risk. */
export function keysOf(risk: Risk): KeysAtRisk {
  const nothing: KeysAtRisk = { notDownloaded: 0, notImported: 0, unreadable: 0 };
  if (risk.kind === "none") return nothing;
  return (risk.kind === "at-risk" ? risk : risk.known) ?? nothing;
}

/** How many keys may be lost: without an end where nobody can tell. */
export function lossOf(risk: Risk): number {
  if (risk.kind === "unknown") return Number.POSITIVE_INFINITY;
  const { notDownloaded, notImported, unreadable } = keysOf(risk);
  return notDownloaded + notImported + unreadable;
}
