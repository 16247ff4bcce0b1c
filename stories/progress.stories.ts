/** The bar and the sentence alone. */
import type { Meta } from "@storybook/web-components-vite";
import { html } from "lit";
import type { KeyBackupSyncState } from "../src/state.js";
import { argsAndRender, galleryOfStates, type StateArgs, type StateStory } from "./gallery.js";
import { BY_STATUS } from "./states.fixtures.js";

const show = (state: KeyBackupSyncState) => html`<key-backup-progress .state=${state}></key-backup-progress>`;

const meta: Meta<StateArgs> = {
  title: "Key backup progress",
  component: "key-backup-progress",
  ...argsAndRender(show),
};

export default meta;

export const EveryState: StateStory = { name: "Every state", render: () => galleryOfStates(show) };

export const Checking: StateStory = { args: { state: BY_STATUS.checking.Checking } };
export const DownloadBegins: StateStory = {
  name: "Download begins",
  args: { state: BY_STATUS.downloading["Download begins"] },
};
export const Downloading: StateStory = { args: { state: BY_STATUS.downloading.Downloading } };
export const DownloadingSlowlyImportingBesideIt: StateStory = {
  name: "Downloading slowly, importing beside it",
  args: { state: BY_STATUS.downloading["Downloading slowly, importing beside it"] },
};
export const Importing: StateStory = { args: { state: BY_STATUS.importing.Importing } };
export const ImportingSomeKeysFailed: StateStory = {
  name: "Importing, some keys failed",
  args: { state: BY_STATUS.importing["Importing, some keys failed"] },
};
export const PausedInTheImport: StateStory = {
  name: "Paused in the import",
  args: { state: BY_STATUS.paused["Paused in the import"] },
};
export const WaitingForTheRecoveryKey: StateStory = {
  name: "Waiting for the recovery key",
  args: { state: BY_STATUS.waiting["Waiting for the recovery key"] },
};
export const WaitingForAConnection: StateStory = {
  name: "Waiting for a connection",
  args: { state: BY_STATUS.waiting["Waiting for a connection"] },
};
export const Complete: StateStory = { args: { state: BY_STATUS.complete.Complete } };
export const CompleteSomeKeysFailed: StateStory = {
  name: "Complete, some keys failed",
  args: { state: BY_STATUS.complete["Complete, some keys failed"] },
};
export const StorageFull: StateStory = { name: "Storage full", args: { state: BY_STATUS.failed["Storage full"] } };
