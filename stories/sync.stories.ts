/** Every state of the whole element. */
import type { Meta, StoryObj } from "@storybook/web-components-vite";
import { html } from "lit";
import type { KeyBackupSyncState } from "../src/state.js";
import { gallery } from "./gallery.js";
import { MockRun } from "./mock-run.js";
import { BY_STATUS, STATES } from "./states.fixtures.js";

interface Args {
  readonly state: KeyBackupSyncState;
}

const show = (state: KeyBackupSyncState) => html`<key-backup-sync .controller=${new MockRun(state)}></key-backup-sync>`;

const meta: Meta<Args> = {
  title: "Key backup sync",
  component: "key-backup-sync",
  render: ({ state }) => show(state),
  args: { state: BY_STATUS.downloading.Downloading },
};

export default meta;

type Story = StoryObj<Args>;

export const EveryState: Story = {
  name: "Every state",
  render: () => gallery(STATES, show),
  // A page has one of them, and one landmark of that name.
  parameters: { a11y: { config: { rules: [{ id: "landmark-unique", enabled: false }] } } },
};

/** What a host may put into the card. */
export const Slots: Story = {
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
export const Themed: Story = {
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

export const Idle: Story = { args: { state: BY_STATUS.idle.Idle } };
export const Checking: Story = { args: { state: BY_STATUS.checking.Checking } };
export const NoBackup: Story = { name: "No backup", args: { state: BY_STATUS.unavailable["No backup"] } };
export const UnsupportedAlgorithm: Story = {
  name: "Unsupported algorithm",
  args: { state: BY_STATUS.unavailable["Unsupported algorithm"] },
};
export const DownloadBegins: Story = {
  name: "Download begins",
  args: { state: BY_STATUS.downloading["Download begins"] },
};
export const Downloading: Story = { args: { state: BY_STATUS.downloading.Downloading } };
export const DownloadingSlowlyImportingBesideIt: Story = {
  name: "Downloading slowly, importing beside it",
  args: { state: BY_STATUS.downloading["Downloading slowly, importing beside it"] },
};
export const ImportBegins: Story = { name: "Import begins", args: { state: BY_STATUS.importing["Import begins"] } };
export const Importing: Story = { args: { state: BY_STATUS.importing.Importing } };
export const ImportingSomeKeysFailed: Story = {
  name: "Importing, some keys failed",
  args: { state: BY_STATUS.importing["Importing, some keys failed"] },
};
export const PausedInTheDownload: Story = {
  name: "Paused in the download",
  args: { state: BY_STATUS.paused["Paused in the download"] },
};
export const PausedInTheImport: Story = {
  name: "Paused in the import",
  args: { state: BY_STATUS.paused["Paused in the import"] },
};
export const WaitingForTheRecoveryKey: Story = {
  name: "Waiting for the recovery key",
  args: { state: BY_STATUS.waiting["Waiting for the recovery key"] },
};
export const WaitingForAConnection: Story = {
  name: "Waiting for a connection",
  args: { state: BY_STATUS.waiting["Waiting for a connection"] },
};
export const WaitingForAConnectionBackupUnknown: Story = {
  name: "Waiting for a connection, backup unknown",
  args: { state: BY_STATUS.waiting["Waiting for a connection, backup unknown"] },
};
export const RateLimited: Story = { name: "Rate-limited", args: { state: BY_STATUS.waiting["Rate-limited"] } };
export const HomeserverHasAFault: Story = {
  name: "Homeserver has a fault",
  args: { state: BY_STATUS.waiting["Homeserver has a fault"] },
};
export const AnotherTabIsTakingCareOfIt: Story = {
  name: "Another tab is taking care of it",
  args: { state: BY_STATUS.waiting["Another tab is taking care of it"] },
};
export const Complete: Story = { args: { state: BY_STATUS.complete.Complete } };
export const CompleteSomeKeysFailed: Story = {
  name: "Complete, some keys failed",
  args: { state: BY_STATUS.complete["Complete, some keys failed"] },
};
export const CompleteSomeKeysWereNotSent: Story = {
  name: "Complete, some keys were not sent",
  args: { state: BY_STATUS.complete["Complete, some keys were not sent"] },
};
export const CompleteEveryKeyFailed: Story = {
  name: "Complete, every key failed",
  args: { state: BY_STATUS.complete["Complete, every key failed"] },
};
export const CompleteTheBackupIsEmpty: Story = {
  name: "Complete, the backup is empty",
  args: { state: BY_STATUS.complete["Complete, the backup is empty"] },
};
export const HomeserverNotReached: Story = {
  name: "Homeserver not reached",
  args: { state: BY_STATUS.failed["Homeserver not reached"] },
};
export const RateLimitedForGood: Story = {
  name: "Rate-limited for good",
  args: { state: BY_STATUS.failed["Rate-limited for good"] },
};
export const HomeserverFailed: Story = {
  name: "Homeserver failed",
  args: { state: BY_STATUS.failed["Homeserver failed"] },
};
export const SignedOut: Story = { name: "Signed out", args: { state: BY_STATUS.failed["Signed out"] } };
export const MalformedResponse: Story = {
  name: "Malformed response",
  args: { state: BY_STATUS.failed["Malformed response"] },
};
export const BackupReplaced: Story = { name: "Backup replaced", args: { state: BY_STATUS.failed["Backup replaced"] } };
export const WrongDecryptionKey: Story = {
  name: "Wrong decryption key",
  args: { state: BY_STATUS.failed["Wrong decryption key"] },
};
export const StorageFull: Story = { name: "Storage full", args: { state: BY_STATUS.failed["Storage full"] } };
export const StorageUnavailable: Story = {
  name: "Storage unavailable",
  args: { state: BY_STATUS.failed["Storage unavailable"] },
};
export const WorkerCrashed: Story = { name: "Worker crashed", args: { state: BY_STATUS.failed["Worker crashed"] } };
export const ImportFailed: Story = { name: "Import failed", args: { state: BY_STATUS.failed["Import failed"] } };
