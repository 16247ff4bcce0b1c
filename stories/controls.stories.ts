/** The buttons alone. */
import type { Meta } from "@storybook/web-components-vite";
import { html } from "lit";
import type { KeyBackupSyncState } from "../src/state.js";
import { argsAndRender, galleryOfStates, type StateArgs, type StateStory } from "./gallery.js";
import { BY_STATUS } from "./states.fixtures.js";

const show = (state: KeyBackupSyncState) => html`<key-backup-controls .state=${state}></key-backup-controls>`;

const meta: Meta<StateArgs> = {
  title: "Key backup controls",
  component: "key-backup-controls",
  ...argsAndRender(show),
};

export default meta;

export const EveryState: StateStory = { name: "Every state", render: () => galleryOfStates(show) };

export const Idle: StateStory = { args: { state: BY_STATUS.idle.Idle } };
export const Checking: StateStory = { args: { state: BY_STATUS.checking.Checking } };
export const Downloading: StateStory = { args: { state: BY_STATUS.downloading.Downloading } };
export const PausedInTheImport: StateStory = {
  name: "Paused in the import",
  args: { state: BY_STATUS.paused["Paused in the import"] },
};
export const WaitingForTheRecoveryKey: StateStory = {
  name: "Waiting for the recovery key",
  args: { state: BY_STATUS.waiting["Waiting for the recovery key"] },
};
export const Complete: StateStory = { args: { state: BY_STATUS.complete.Complete } };
export const WrongDecryptionKey: StateStory = {
  name: "Wrong decryption key",
  args: { state: BY_STATUS.failed["Wrong decryption key"] },
};
export const StorageFull: StateStory = { name: "Storage full", args: { state: BY_STATUS.failed["Storage full"] } };
