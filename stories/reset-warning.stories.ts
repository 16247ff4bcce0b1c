/** The warning before keys are lost: every assessment, and every step that the person can take from there. */
import type { Meta, StoryObj } from "@storybook/web-components-vite";
import { html } from "lit";
import { ref } from "lit/directives/ref.js";
import type { KeyBackupResetWarningElement, Occasion } from "../components/index.js";
import { KeyBackupSyncError } from "../src/errors.js";
import type { ResetAssessment } from "../src/reset.js";
import type { KeyBackupSyncState } from "../src/state.js";
import { ASSESSMENTS, UNKNOWN } from "./assessments.fixtures.js";
import { MockRun } from "./mock-run.js";
import { BY_STATUS, FAILED, UNAVAILABLE, WAITING } from "./states.fixtures.js";

interface Args {
  readonly occasion: Occasion;
  readonly assessment: ResetAssessment;
  /** Of the run, when the dialog is opened. */
  readonly state: KeyBackupSyncState;
  /** Buttons, one after the other. */
  readonly presses: readonly string[];
  /** What becomes of the run after that. */
  readonly after: KeyBackupSyncState | null;
}

const FINISH = "Finish first, then reset";
const RISKS = ASSESSMENTS["at-risk"];

function show({ occasion, assessment, state, presses, after }: Args) {
  const run = new MockRun(state, assessment);
  run.rescueCopy = () => Promise.reject(new KeyBackupSyncError("worker-crashed"));
  const open = async (element: Element | undefined) => {
    if (!element) return;
    const warning = element as KeyBackupResetWarningElement;
    await warning.updateComplete;
    void warning.confirm();
    for (const name of presses) (await button(warning, name)).click();
    if (after) warning.state = after;
  };
  return html`
    <key-backup-reset-warning
      occasion=${occasion}
      .state=${state}
      .safety=${run}
      ${ref(open)}
    ></key-backup-reset-warning>
  `;
}

/** When it is there. */
async function button(warning: KeyBackupResetWarningElement, name: string): Promise<HTMLElement> {
  for (;;) {
    await new Promise(requestAnimationFrame);
    const form = warning.shadowRoot?.querySelector("key-backup-rescue-copy")?.shadowRoot;
    const found = [warning.shadowRoot, form]
      .flatMap((root) => [...(root?.querySelectorAll<HTMLElement>("button, [type='radio'], [type='checkbox']") ?? [])])
      .find((candidate) => (candidate.closest("label") ?? candidate).textContent?.includes(name));
    if (found) return found;
  }
}

const meta: Meta<Args> = {
  title: "Key backup reset warning",
  component: "key-backup-reset-warning",
  render: show,
  args: {
    occasion: "reset",
    assessment: RISKS["Of every kind"],
    state: BY_STATUS.paused["Paused in the download"],
    presses: [],
    after: null,
  },
  argTypes: {
    occasion: { control: "inline-radio", options: ["reset", "disable", "delete", "logout"] satisfies Occasion[] },
  },
  // Each on a page of its own: one modal dialog leaves no other.
  parameters: { docs: { story: { inline: false, iframeHeight: 560 } } },
};

export default meta;

type Story = StoryObj<Args>;

export const KeysOfEveryKind: Story = { name: "Keys of every kind" };
export const OnlyInTheBackup: Story = { name: "Only in the backup", args: { assessment: RISKS["Only in the backup"] } };
export const DownloadedNotImported: Story = {
  name: "Downloaded, not imported",
  args: { assessment: RISKS["Downloaded, not imported"] },
};
export const OnlyUnreadable: Story = { name: "Only unreadable", args: { assessment: RISKS["Only unreadable"] } };
export const InAnOlderBackup: Story = {
  name: "In an older backup, too",
  args: { assessment: RISKS["In an older backup, too"] },
};
export const InAnOlderBackupThatIsLocked: Story = {
  name: "In an older backup that is locked",
  args: { assessment: RISKS["In an older backup that is locked"] },
};
export const Offline: Story = { args: { assessment: UNKNOWN.offline } };
export const OfflineNothingKnown: Story = {
  name: "Offline, nothing known",
  args: { assessment: ASSESSMENTS.unknown["Offline, nothing known"] },
};
export const HomeserverHasAFault: Story = {
  name: "Homeserver has a fault",
  args: { assessment: UNKNOWN["homeserver-error"] },
};
export const NoRecoveryKey: Story = { name: "No recovery key", args: { assessment: UNKNOWN["no-decryption-key"] } };
export const NoRecoveryKeyAllDownloaded: Story = {
  name: "No recovery key, all downloaded",
  args: {
    assessment: ASSESSMENTS.unknown["No recovery key, all downloaded"],
    state: WAITING["decryption-key"],
  },
};
/** The homeserver takes its time. */
export const Checking: Story = {
  render: (args) => {
    const silent = new MockRun(args.state);
    silent.assessReset = () => new Promise(() => {});
    return html`
      <key-backup-reset-warning
        .safety=${silent}
        ${ref(async (element) => {
          await (element as KeyBackupResetWarningElement | undefined)?.updateComplete;
          void (element as KeyBackupResetWarningElement | undefined)?.confirm();
        })}
      ></key-backup-reset-warning>
    `;
  },
};
export const Finishing: Story = { args: { presses: [FINISH], after: BY_STATUS.importing.Importing } };
export const FinishingWaitsForTheRecoveryKey: Story = {
  name: "Finishing, waits for the recovery key",
  args: { presses: [FINISH], after: WAITING["decryption-key"] },
};
export const FinishingOnAConnectionSetToSaveData: Story = {
  name: "Finishing, on a connection set to save data",
  args: { presses: [FINISH], after: WAITING.metered },
};
export const FinishingFailed: Story = {
  name: "Finishing failed",
  args: { presses: [FINISH], after: FAILED["storage-full"] },
};
export const FinishedNotAll: Story = {
  name: "Finished, not all",
  args: {
    assessment: RISKS["Of every kind"],
    presses: [FINISH],
    after: BY_STATUS.complete["Complete, some keys failed"],
  },
};
export const ResetAnyway: Story = { name: "Reset anyway", args: { presses: ["Reset anyway…"] } };
export const ResetAnywayAgreed: Story = {
  name: "Reset anyway, agreed",
  args: { presses: ["Reset anyway…", "I accept"] },
};
export const ResetAnywayNumberUnknown: Story = {
  name: "Reset anyway, number unknown",
  args: { assessment: UNKNOWN.offline, presses: ["Reset anyway…"] },
};
export const RescueCopy: Story = { name: "Rescue copy", args: { presses: ["Save a rescue copy"] } };
export const RescueCopyPassphraseTooShort: Story = {
  name: "Rescue copy, passphrase too short",
  args: { presses: ["Save a rescue copy", "Save the file"] },
};
export const RescueCopyWithoutARecoveryKey: Story = {
  name: "Rescue copy, without a recovery key",
  args: { assessment: UNKNOWN["no-decryption-key"], presses: ["Save a rescue copy"] },
};
export const RescueCopyFailed: Story = {
  name: "Rescue copy failed",
  args: { presses: ["Save a rescue copy", "Without a passphrase", "Save the file"] },
};
export const BeforeLoggingOut: Story = { name: "Before logging out", args: { occasion: "logout" } };
export const BeforeLoggingOutNoRecoveryKey: Story = {
  name: "Before logging out, no recovery key",
  args: { occasion: "logout", assessment: UNKNOWN["no-decryption-key"], state: WAITING["decryption-key"] },
};
export const BeforeLoggingOutEarlierBackup: Story = {
  name: "Before logging out, keys of an earlier backup",
  args: {
    occasion: "logout",
    assessment: ASSESSMENTS.none["Nothing, an earlier backup was replaced"],
    state: BY_STATUS.complete["Complete, an earlier backup was replaced"],
  },
};
export const BeforeLoggingOutAfterAResetThatDidNotFinish: Story = {
  name: "Before logging out, the reset did not finish",
  args: {
    occasion: "logout",
    assessment: ASSESSMENTS.none["Nothing, a reset did not finish"],
    state: UNAVAILABLE["reset-unfinished"],
  },
};
export const BeforeLoggingOutKeysAreNotUploadedYet: Story = {
  name: "Before logging out, keys are not uploaded yet",
  args: {
    occasion: "logout",
    assessment: ASSESSMENTS.none["Nothing, keys are not uploaded yet"],
    state: BY_STATUS.complete["Complete, keys are uploaded to an empty backup"],
  },
};
export const BeforeLoggingOutNoBackup: Story = {
  name: "Before logging out, there is no backup",
  args: {
    occasion: "logout",
    assessment: ASSESSMENTS.none["Nothing, there is no backup"],
    state: UNAVAILABLE["no-backup"],
  },
};
export const BeforeLoggingOutKeyStorageIsOff: Story = {
  name: "Before logging out, key storage is off",
  args: {
    occasion: "logout",
    assessment: ASSESSMENTS.none["Nothing, key storage is off"],
    state: UNAVAILABLE["key-storage-off"],
  },
};
export const BeforeLoggingOutTheBackupIsNotUsed: Story = {
  name: "Before logging out, the backup is not used",
  args: { occasion: "logout", assessment: ASSESSMENTS.none["Nothing, the backup is not used"] },
};
export const BeforeTurningKeyStorageOff: Story = {
  name: "Before turning key storage off",
  args: { occasion: "disable" },
};
export const BeforeDeletingKeys: Story = { name: "Before deleting keys", args: { occasion: "delete" } };
export const LogOutAnyway: Story = {
  name: "Log out anyway",
  args: { occasion: "logout", presses: ["Log out anyway…"] },
};
