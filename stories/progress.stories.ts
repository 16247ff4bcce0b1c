/** The bar and the sentence alone. */
import type { Meta, StoryObj } from "@storybook/web-components-vite";
import { html } from "lit";
import type { KeyBackupSyncState } from "../src/state.js";
import { gallery } from "./gallery.js";
import { BY_STATUS, STATES } from "./states.fixtures.js";

interface Args {
  readonly state: KeyBackupSyncState;
}

const show = (state: KeyBackupSyncState) => html`<key-backup-progress .state=${state}></key-backup-progress>`;

const meta: Meta<Args> = {
  title: "Key backup progress",
  component: "key-backup-progress",
  render: ({ state }) => show(state),
  args: { state: BY_STATUS.downloading.Downloading },
};

export default meta;

type Story = StoryObj<Args>;

export const EveryState: Story = { name: "Every state", render: () => gallery(STATES, show) };

export const Checking: Story = { args: { state: BY_STATUS.checking.Checking } };
export const DownloadBegins: Story = {
  name: "Download begins",
  args: { state: BY_STATUS.downloading["Download begins"] },
};
export const Downloading: Story = { args: { state: BY_STATUS.downloading.Downloading } };
export const DownloadingSlowlyImportingBesideIt: Story = {
  name: "Downloading slowly, importing beside it",
  args: { state: BY_STATUS.downloading["Downloading slowly, importing beside it"] },
};
export const Importing: Story = { args: { state: BY_STATUS.importing.Importing } };
export const ImportingSomeKeysFailed: Story = {
  name: "Importing, some keys failed",
  args: { state: BY_STATUS.importing["Importing, some keys failed"] },
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
export const Complete: Story = { args: { state: BY_STATUS.complete.Complete } };
export const CompleteSomeKeysFailed: Story = {
  name: "Complete, some keys failed",
  args: { state: BY_STATUS.complete["Complete, some keys failed"] },
};
export const StorageFull: Story = { name: "Storage full", args: { state: BY_STATUS.failed["Storage full"] } };
