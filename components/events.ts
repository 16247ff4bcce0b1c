/**
 * What the elements tell: wishes, which a host may refuse, and one fact. Leaf elements send their wishes not composed, so that
 * nothing of them leaves `<key-backup-sync>`, which sends its own.
 */
import type { KeyBackupSyncState } from "../src/state.js";

export interface RequestEventInit {
  /** Whether it leaves the shadow root that its sender is in. */
  readonly composed?: boolean;
}

/** A wish of the person. Nothing has happened yet: `preventDefault()` keeps `<key-backup-sync>` from passing it on to its controller. */
export abstract class KeyBackupRequestEvent extends Event {
  constructor(type: string, { composed = true }: RequestEventInit = {}) {
    super(type, { bubbles: true, cancelable: true, composed });
  }
}

/** Start, or start again. */
export class KeyBackupStartRequestEvent extends KeyBackupRequestEvent {
  constructor(init?: RequestEventInit) {
    super("key-backup-start-request", init);
  }
}

/** Pause, and keep what is downloaded. */
export class KeyBackupPauseRequestEvent extends KeyBackupRequestEvent {
  constructor(init?: RequestEventInit) {
    super("key-backup-pause-request", init);
  }
}

/** Go on after a pause. */
export class KeyBackupResumeRequestEvent extends KeyBackupRequestEvent {
  constructor(init?: RequestEventInit) {
    super("key-backup-resume-request", init);
  }
}

/** End it, and forget what is downloaded but not yet imported. */
export class KeyBackupStopRequestEvent extends KeyBackupRequestEvent {
  constructor(init?: RequestEventInit) {
    super("key-backup-stop-request", init);
  }
}

/** Finish a reset that deleted the backup, and made no new one: a host without matrix-js-sdk makes the new one. */
export class KeyBackupFinishResetRequestEvent extends KeyBackupRequestEvent {
  constructor(init?: RequestEventInit) {
    super("key-backup-finish-reset-request", init);
  }
}

/** The person wants to enter the recovery key: the host opens its own dialog for it. */
export class KeyBackupRecoveryKeyRequestEvent extends KeyBackupRequestEvent {
  constructor(init?: RequestEventInit) {
    super("key-backup-recovery-key-request", init);
  }
}

/** A fact: another state is shown. Cannot be cancelled. */
export class KeyBackupStateChangeEvent extends Event {
  constructor(readonly state: KeyBackupSyncState) {
    super("key-backup-state-change", { bubbles: true, composed: true });
  }
}

declare global {
  interface HTMLElementEventMap {
    "key-backup-start-request": KeyBackupStartRequestEvent;
    "key-backup-pause-request": KeyBackupPauseRequestEvent;
    "key-backup-resume-request": KeyBackupResumeRequestEvent;
    "key-backup-stop-request": KeyBackupStopRequestEvent;
    "key-backup-finish-reset-request": KeyBackupFinishResetRequestEvent;
    "key-backup-recovery-key-request": KeyBackupRecoveryKeyRequestEvent;
    "key-backup-state-change": KeyBackupStateChangeEvent;
  }
}
