/** Where the person is in the dialog, and where news of the risk lead from there. */
import type { KeyBackupSyncError } from "../../src/errors.js";
import { isAtRest, type KeyBackupSyncState } from "../../src/state.js";
import { type Finding, lossOf, type Risk } from "./risk.js";

/** Why finishing first has come to an end, though not every key is saved. */
export type Trouble = KeyBackupSyncError | "not-all";

export type Step =
  /** Nothing is known yet. */
  | { readonly kind: "checking" }
  | { readonly kind: "choice"; readonly trouble: Trouble | null }
  /** The run goes on, without the dialog; `from` is what its state was before. The user is asked once more when it has ended. */
  | { readonly kind: "finishing"; readonly from: KeyBackupSyncState }
  | { readonly kind: "rescue" }
  /** The one before keys are lost. */
  | { readonly kind: "last"; readonly agreed: boolean };

export const CHOICE: Step = { kind: "choice", trouble: null };

/** `null`: the occasion may go on by itself, for nothing is lost and nobody has to read anything. */
export function stepAfter(step: Step, { risk, state }: Finding, before: Risk | null): Step | null {
  switch (step.kind) {
    case "checking":
      return risk.kind === "none" ? null : CHOICE;
    case "finishing":
      if (risk.kind === "none") return CHOICE;
      return isAtRest(state) && state !== step.from && !state.uploading
        ? { kind: "choice", trouble: troubleOf(state) }
        : step;
    case "last":
      if (risk.kind === "none") return CHOICE;
      // Agreed was to less than this.
      return before && lossOf(risk) > lossOf(before) ? { ...step, agreed: false } : step;
    case "choice":
    case "rescue":
      return step;
  }
}

function troubleOf(state: KeyBackupSyncState): Trouble {
  return state.status === "failed" ? state.error : "not-all";
}
