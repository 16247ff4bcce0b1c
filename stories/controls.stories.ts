/** The buttons alone. */
import type { Meta, StoryObj } from "@storybook/web-components-vite";
import { html } from "lit";
import type { KeyBackupSyncState } from "../src/state.js";
import { gallery } from "./gallery.js";
import { BY_STATUS, STATES } from "./states.fixtures.js";

interface Args {
  readonly state: KeyBackupSyncState;
}

const show = (state: KeyBackupSyncState) => html`<key-backup-controls .state=${state}></key-backup-controls>`;

const meta: Meta<Args> = {
  title: "Key backup controls",
  component: "key-backup-controls",
  render: ({ state }) => show(state),
  args: { state: BY_STATUS.downloading.Downloading },
};

export default meta;

type Story = StoryObj<Args>;

export const EveryState: Story = { name: "Every state", render: () => gallery(STATES, show) };

export const Idle: Story = { args: { state: BY_STATUS.idle.Idle } };
export const Checking: Story = { args: { state: BY_STATUS.checking.Checking } };
export const Downloading: Story = { args: { state: BY_STATUS.downloading.Downloading } };
export const PausedInTheImport: Story = {
  name: "Paused in the import",
  args: { state: BY_STATUS.paused["Paused in the import"] },
};
export const WaitingForTheRecoveryKey: Story = {
  name: "Waiting for the recovery key",
  args: { state: BY_STATUS.waiting["Waiting for the recovery key"] },
};
export const Complete: Story = { args: { state: BY_STATUS.complete.Complete } };
export const WrongDecryptionKey: Story = {
  name: "Wrong decryption key",
  args: { state: BY_STATUS.failed["Wrong decryption key"] },
};
export const StorageFull: Story = { name: "Storage full", args: { state: BY_STATUS.failed["Storage full"] } };
