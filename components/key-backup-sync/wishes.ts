/** What each wish of the person means to a run. */
import type { KeyBackupSyncRun } from "../../src/state.js";
import {
  KeyBackupFinishResetRequestEvent,
  KeyBackupPauseRequestEvent,
  KeyBackupRecoveryKeyRequestEvent,
  type KeyBackupRequestEvent,
  KeyBackupResumeRequestEvent,
  KeyBackupStartRequestEvent,
  KeyBackupStopRequestEvent,
} from "../events.js";

export interface Wish {
  readonly Request: new () => KeyBackupRequestEvent;
  /** @param confirmReset asks the person, who may lose keys by it */
  grant(run: KeyBackupSyncRun, confirmReset: () => Promise<boolean>): Promise<void>;
}

export const WISHES: ReadonlyMap<string, Wish> = new Map<string, Wish>([
  ["key-backup-start-request", { Request: KeyBackupStartRequestEvent, grant: (run) => run.start() }],
  ["key-backup-pause-request", { Request: KeyBackupPauseRequestEvent, grant: (run) => run.pause() }],
  ["key-backup-resume-request", { Request: KeyBackupResumeRequestEvent, grant: (run) => run.resume() }],
  ["key-backup-stop-request", { Request: KeyBackupStopRequestEvent, grant: (run) => run.stop() }],
  [
    "key-backup-finish-reset-request",
    { Request: KeyBackupFinishResetRequestEvent, grant: async (run, confirmReset) => run.finishReset?.(confirmReset) },
  ],
  // Only the host can ask for the recovery key.
  ["key-backup-recovery-key-request", { Request: KeyBackupRecoveryKeyRequestEvent, grant: async () => {} }],
]);
