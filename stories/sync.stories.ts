/** Every state of the whole element. */
import type { Meta } from "@storybook/web-components-vite";
import { html } from "lit";
import type { KeyBackupSyncState } from "../src/state.js";
import { argsAndRender, galleryOfStates, type StateArgs, type StateStory } from "./gallery.js";
import { MockRun } from "./mock-run.js";
import { BY_STATUS } from "./states.fixtures.js";

const show = (state: KeyBackupSyncState) => html`<key-backup-sync .controller=${new MockRun(state)}></key-backup-sync>`;

const meta: Meta<StateArgs> = {
  title: "Key backup sync",
  component: "key-backup-sync",
  ...argsAndRender(show),
};

export default meta;

export const EveryState: StateStory = {
  name: "Every state",
  render: () => galleryOfStates(show),
  // A page has one of them, and one landmark of that name.
  parameters: { a11y: { config: { rules: [{ id: "landmark-unique", enabled: false }] } } },
};

/** What a host may put into the card. */
export const Slots: StateStory = {
  args: { state: BY_STATUS.waiting["Waiting for the recovery key"] },
  render: ({ state }) => html`
    <key-backup-sync .controller=${new MockRun(state)}>
      <h2 slot="label" style="margin: 0; font: inherit">Messages from before this device</h2>
      <form slot="recovery" @submit=${(event: Event) => event.preventDefault()}>
        <label>Recovery key <input name="recovery-key" autocomplete="off" /></label> <button>Unlock</button>
      </form>
      <small slot="help">Keys are downloaded from your own homeserver.</small>
    </key-backup-sync>
  `,
};

/** Custom properties alone. */
export const Themed: StateStory = {
  args: { state: BY_STATUS.importing.Importing },
  render: ({ state }) => html`
    <style>
      .themed {
        --key-backup-sync-accent: light-dark(#6d3bd1, #c3a6ff);
        --key-backup-sync-track: light-dark(#ece6f8, #3a3150);
        --key-backup-sync-surface: light-dark(#fbf9ff, #1d1829);
        --key-backup-sync-border: transparent;
        --key-backup-sync-radius: 1.75rem;
        --key-backup-sync-spacing: 1.25rem;
        --key-backup-sync-font: Georgia, serif;
      }
    </style>
    <key-backup-sync class="themed" .controller=${new MockRun(state)}></key-backup-sync>
  `,
};

export const Idle: StateStory = { args: { state: BY_STATUS.idle.Idle } };
export const Checking: StateStory = { args: { state: BY_STATUS.checking.Checking } };
export const NoBackup: StateStory = { name: "No backup", args: { state: BY_STATUS.unavailable["No backup"] } };
export const NoBackupAnEarlierOneWasDeleted: StateStory = {
  name: "No backup, an earlier one was deleted",
  args: { state: BY_STATUS.unavailable["No backup, an earlier one was deleted"] },
};
export const UnsupportedAlgorithm: StateStory = {
  name: "Unsupported algorithm",
  args: { state: BY_STATUS.unavailable["Unsupported algorithm"] },
};
export const Resetting: StateStory = { args: { state: BY_STATUS.resetting.Resetting } };
export const TheResetDidNotFinish: StateStory = {
  name: "The reset did not finish",
  args: { state: BY_STATUS.unavailable["The reset did not finish"] },
};
export const DownloadBegins: StateStory = {
  name: "Download begins",
  args: { state: BY_STATUS.downloading["Download begins"] },
};
export const Downloading: StateStory = { args: { state: BY_STATUS.downloading.Downloading } };
export const DownloadingSlowlyImportingBesideIt: StateStory = {
  name: "Downloading slowly, importing beside it",
  args: { state: BY_STATUS.downloading["Downloading slowly, importing beside it"] },
};
export const ImportBegins: StateStory = {
  name: "Import begins",
  args: { state: BY_STATUS.importing["Import begins"] },
};
export const Importing: StateStory = { args: { state: BY_STATUS.importing.Importing } };
export const ImportingSomeKeysFailed: StateStory = {
  name: "Importing, some keys failed",
  args: { state: BY_STATUS.importing["Importing, some keys failed"] },
};
export const ImportingNoRoomLeft: StateStory = {
  name: "Importing, no room left",
  args: { state: BY_STATUS.importing["Importing, no room left"] },
};
export const ImportingInAPrivateWindow: StateStory = {
  name: "Importing in a private window",
  args: { state: BY_STATUS.importing["Importing in a private window"] },
};
export const PausedInTheDownload: StateStory = {
  name: "Paused in the download",
  args: { state: BY_STATUS.paused["Paused in the download"] },
};
export const PausedInTheImport: StateStory = {
  name: "Paused in the import",
  args: { state: BY_STATUS.paused["Paused in the import"] },
};
export const WaitingForTheRecoveryKey: StateStory = {
  name: "Waiting for the recovery key",
  args: { state: BY_STATUS.waiting["Waiting for the recovery key"] },
};
export const WaitingForTheRecoveryKeyNotAllDownloaded: StateStory = {
  name: "Waiting for the recovery key, not all downloaded",
  args: { state: BY_STATUS.waiting["Waiting for the recovery key, not all downloaded"] },
};
export const ConnectionSetToSaveData: StateStory = {
  name: "Connection set to save data",
  args: { state: BY_STATUS.waiting["Connection set to save data"] },
};
export const WaitingForAConnection: StateStory = {
  name: "Waiting for a connection",
  args: { state: BY_STATUS.waiting["Waiting for a connection"] },
};
export const WaitingForAConnectionBackupUnknown: StateStory = {
  name: "Waiting for a connection, backup unknown",
  args: { state: BY_STATUS.waiting["Waiting for a connection, backup unknown"] },
};
export const WaitingForAConnectionInMemory: StateStory = {
  name: "Waiting for a connection, in memory",
  args: { state: BY_STATUS.waiting["Waiting for a connection, in memory"] },
};
export const RateLimited: StateStory = { name: "Rate-limited", args: { state: BY_STATUS.waiting["Rate-limited"] } };
export const HomeserverHasAFault: StateStory = {
  name: "Homeserver has a fault",
  args: { state: BY_STATUS.waiting["Homeserver has a fault"] },
};
export const AnotherTabIsTakingCareOfIt: StateStory = {
  name: "Another tab is taking care of it",
  args: { state: BY_STATUS.waiting["Another tab is taking care of it"] },
};
export const Complete: StateStory = { args: { state: BY_STATUS.complete.Complete } };
export const CompleteAnEarlierBackupWasReplaced: StateStory = {
  name: "Complete, an earlier backup was replaced",
  args: { state: BY_STATUS.complete["Complete, an earlier backup was replaced"] },
};
export const CompleteSomeKeysFailed: StateStory = {
  name: "Complete, some keys failed",
  args: { state: BY_STATUS.complete["Complete, some keys failed"] },
};
export const CompleteSomeKeysWereNotSent: StateStory = {
  name: "Complete, some keys were not sent",
  args: { state: BY_STATUS.complete["Complete, some keys were not sent"] },
};
export const CompleteEveryKeyFailed: StateStory = {
  name: "Complete, every key failed",
  args: { state: BY_STATUS.complete["Complete, every key failed"] },
};
export const CompleteTheBackupIsEmpty: StateStory = {
  name: "Complete, the backup is empty",
  args: { state: BY_STATUS.complete["Complete, the backup is empty"] },
};
export const CompleteKeysAreUploadedToAnEmptyBackup: StateStory = {
  name: "Complete, keys are uploaded to an empty backup",
  args: { state: BY_STATUS.complete["Complete, keys are uploaded to an empty backup"] },
};
export const CompleteTheUploadHasNoStorageSpace: StateStory = {
  name: "Complete, the upload has no storage space",
  args: { state: BY_STATUS.complete["Complete, the upload has no storage space"] },
};
export const ImportingKeysOfAnEarlierBackupAreUploaded: StateStory = {
  name: "Importing, keys of an earlier backup are uploaded",
  args: { state: BY_STATUS.importing["Importing, keys of an earlier backup are uploaded"] },
};
export const KeyStorageIsTurnedOff: StateStory = {
  name: "Key storage is turned off",
  args: { state: BY_STATUS.unavailable["Key storage is turned off"] },
};
export const HomeserverNotReached: StateStory = {
  name: "Homeserver not reached",
  args: { state: BY_STATUS.failed["Homeserver not reached"] },
};
export const RateLimitedForGood: StateStory = {
  name: "Rate-limited for good",
  args: { state: BY_STATUS.failed["Rate-limited for good"] },
};
export const HomeserverFailed: StateStory = {
  name: "Homeserver failed",
  args: { state: BY_STATUS.failed["Homeserver failed"] },
};
export const SignedOut: StateStory = { name: "Signed out", args: { state: BY_STATUS.failed["Signed out"] } };
export const MalformedResponse: StateStory = {
  name: "Malformed response",
  args: { state: BY_STATUS.failed["Malformed response"] },
};
export const BackupReplaced: StateStory = {
  name: "Backup replaced",
  args: { state: BY_STATUS.failed["Backup replaced"] },
};
export const WrongDecryptionKey: StateStory = {
  name: "Wrong decryption key",
  args: { state: BY_STATUS.failed["Wrong decryption key"] },
};
export const StorageFull: StateStory = { name: "Storage full", args: { state: BY_STATUS.failed["Storage full"] } };
export const StorageUnavailable: StateStory = {
  name: "Storage unavailable",
  args: { state: BY_STATUS.failed["Storage unavailable"] },
};
export const WorkerCrashed: StateStory = {
  name: "Worker crashed",
  args: { state: BY_STATUS.failed["Worker crashed"] },
};
export const ImportFailed: StateStory = { name: "Import failed", args: { state: BY_STATUS.failed["Import failed"] } };
