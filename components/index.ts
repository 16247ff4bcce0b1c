/** Registers the elements, and is the public door of what a host may need of them. */
export * from "./events.js";
export type { Formats, PluralForms } from "./formats.js";
export { KeyBackupControlsElement } from "./key-backup-controls/key-backup-controls.js";
export { KeyBackupProgressElement } from "./key-backup-progress/key-backup-progress.js";
export { KeyBackupRescueCopyElement } from "./key-backup-rescue-copy/key-backup-rescue-copy.js";
export { KeyBackupResetWarningElement } from "./key-backup-reset-warning/key-backup-reset-warning.js";
export { KeyBackupSyncElement } from "./key-backup-sync/key-backup-sync.js";
export { type StartOptions, startKeyBackupSync } from "./key-backup-sync/start.js";
export {
  ENGLISH,
  type KeyBackupSyncStrings,
  type Occasion,
  type RescueCopyStrings,
  type Saying,
  type WarningStrings,
} from "./strings.js";
