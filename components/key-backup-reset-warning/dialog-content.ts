/** What the dialog shows in each step, and which buttons it offers. It decides nothing: see steps.ts and choices.ts. */
import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { repeat } from "lit/directives/repeat.js";
import type { KeyBackupSafety } from "../../src/reset.js";
import { canResume, type KeyBackupSyncState } from "../../src/state.js";
import type { Formats } from "../formats.js";
import { needsRecoveryKey } from "../key-backup-controls/main-wish.js";
import "../key-backup-rescue-copy/key-backup-rescue-copy.js";
import type { KeyBackupSyncStrings, Occasion } from "../strings.js";
import { choicesOf } from "./choices.js";
import { isUploadOnly, lossOf, type Risk } from "./risk.js";
import type { Step, Trouble } from "./steps.js";

export interface Scene {
  readonly occasion: Occasion;
  readonly step: Step;
  readonly risk: Risk;
  readonly state: KeyBackupSyncState;
  readonly safety: KeyBackupSafety | null;
  readonly strings: KeyBackupSyncStrings;
  readonly formats: Formats;
}

/** What the person can press. */
export interface Actions {
  cancel(): void;
  back(): void;
  finish(): void;
  resume(): void;
  enterRecoveryKey(): void;
  saveRescueCopy(): void;
  checkAgain(): void;
  /** To the second step. */
  goAnyway(): void;
  agree(isAgreed: boolean): void;
  goOn(): void;
}

const LOSSES = [
  "notDownloaded",
  "older",
  "notImported",
  "unreadable",
  "earlier",
  "notUploaded",
  "no-backup",
  "key-storage-off",
  "backup-not-used",
] as const;

export function dialogContent(scene: Scene, actions: Actions): TemplateResult {
  const { step, strings, occasion } = scene;
  const { title } = step.kind === "rescue" ? strings.rescueCopy : strings.warning[occasion];
  return html`
    <h2 part="dialog-title" class="title" id="title">${title}</h2>
    <p part="dialog-message" class="message" id="message" role="status">${messageOf(scene)}</p>
    ${keyed(step.kind, STEPS[step.kind](scene, actions))}
  `;
}

/** In place of the dialog, while the page can be used: the user is asked once more when the run has ended. */
export function finishingContent(
  { state, strings, occasion }: Pick<Scene, "state" | "strings" | "occasion">,
  actions: Actions,
): TemplateResult {
  return html`
    <div part="finishing" class="finishing">
      <p class="message" role="status">${strings.warning[occasion].finishing}</p>
      ${row(finishingButtons(state, strings, actions))}
    </div>
  `;
}

function finishingButtons(state: KeyBackupSyncState, { buttons }: KeyBackupSyncStrings, actions: Actions): Button[] {
  return [
    needsRecoveryKey(state) && primary(buttons.recoveryKey, actions.enterRecoveryKey),
    canResume(state) && primary(buttons.downloadAnyway, actions.resume),
    plain(buttons.back, actions.back),
    plain(buttons.cancel, actions.cancel),
  ].filter((button) => button !== false);
}

function messageOf({ step, risk, strings, occasion }: Scene): string {
  const words = strings.warning[occasion];
  switch (step.kind) {
    case "checking":
    case "finishing":
    case "last":
      return words[step.kind];
    case "rescue":
      return strings.rescueCopy.intro;
    case "choice":
      if (risk.kind === "unknown") return words.unknown[risk.reason];
      return risk.kind === "none" ? words.safe : words.atRisk;
  }
}

const STEPS: Readonly<Record<Step["kind"], (scene: Scene, actions: Actions) => TemplateResult>> = {
  checking: ({ strings }, actions) => row([plain(strings.buttons.cancel, actions.cancel)]),
  choice: (scene, actions) => html`${trouble(scene)} ${losses(scene)} ${row(choiceButtons(scene, actions))}`,
  // It has no dialog: see finishingContent().
  finishing: () => html``,
  rescue: ({ safety, strings, risk, state }, { back, cancel }) => html`
    <key-backup-rescue-copy
      autofocus
      exportparts="option, input, complaint, button"
      .safety=${safety}
      .strings=${strings}
      ?archive-only=${choicesOf(risk, state).archiveOnly}
    ></key-backup-rescue-copy>
    ${row([plain(strings.buttons.back, back), plain(strings.buttons.cancel, cancel)])}
  `,
  last: (scene, actions) => html`${losses(scene)} ${agreement(scene, actions)} ${row(lastButtons(scene, actions))}`,
};

function trouble({ step, strings }: Scene) {
  if (step.kind !== "choice" || !step.trouble) return nothing;
  return html`<p class="trouble" role="alert">${troubleWords(step.trouble, strings)}</p>`;
}

function troubleWords(reason: Trouble, { atRisk, failed, nextMove }: KeyBackupSyncStrings): string {
  return reason === "not-all" ? atRisk.notAll : `${failed[reason.code]}. ${nextMove[reason.nextMove]}`;
}

function losses({ risk, strings, formats }: Scene) {
  const lost = LOSSES.filter((name) => risk.losses[name] > 0);
  if (lost.length === 0) return nothing;
  return html`
    <div part="losses" class="losses" id="losses">
      ${risk.kind === "unknown" ? html`<p>${strings.atRisk.known}</p>` : nothing}
      <ul>
        ${lost.map((name) => html`<li>${strings.atRisk[name](risk.losses[name], formats)}</li>`)}
      </ul>
      ${risk.lockedOlder ? html`<p>${strings.atRisk.lockedOlder(risk.lockedOlder, formats)}</p>` : nothing}
    </div>
  `;
}

function choiceButtons({ risk, state, strings, occasion }: Scene, actions: Actions): Button[] {
  const words = strings.warning[occasion].buttons;
  const { cancel, rescueCopy, recoveryKey, checkAgain } = strings.buttons;
  if (risk.kind === "none") return [primary(words.goOn, actions.goOn), plain(cancel, actions.cancel)];
  const choices = choicesOf(risk, state);
  const waysOut = [
    choices.enterRecoveryKey && plain(recoveryKey, actions.enterRecoveryKey),
    choices.finish && plain(isUploadOnly(risk) ? strings.buttons.finishUpload : words.finish, actions.finish),
    choices.saveRescueCopy && plain(rescueCopy, actions.saveRescueCopy),
    choices.checkAgain && plain(checkAgain, actions.checkAgain),
  ].filter((way) => way !== false);
  return [
    ...waysOut.map((way, index) => (index === 0 ? primary(way.label, way.onPress) : way)),
    plain(cancel, actions.cancel),
    danger(words.anyway, actions.goAnyway),
  ];
}

function agreement({ step, risk, strings, occasion, formats }: Scene, { agree }: Actions): TemplateResult {
  const count = risk.kind === "unknown" ? null : lossOf(risk);
  return html`
    <label class="agreement">
      <input
        type="checkbox"
        autofocus
        .checked=${step.kind === "last" && step.agreed}
        @change=${({ target }: Event) => agree((target as HTMLInputElement).checked)}
      />
      <span>${strings.warning[occasion].agree(count, formats)}</span>
    </label>
  `;
}

function lastButtons({ step, strings, occasion }: Scene, actions: Actions): Button[] {
  const { back, cancel } = strings.buttons;
  const isAgreed = step.kind === "last" && step.agreed;
  return [
    plain(back, actions.back),
    plain(cancel, actions.cancel),
    danger(strings.warning[occasion].buttons.confirm, actions.goOn, isAgreed),
  ];
}

interface Button {
  readonly label: string;
  readonly onPress: () => void;
  readonly look: "plain" | "primary" | "danger";
  readonly isAllowed: boolean;
}

function primary(label: string, onPress: () => void): Button {
  return { label, onPress, look: "primary", isAllowed: true };
}

function plain(label: string, onPress: () => void): Button {
  return { label, onPress, look: "plain", isAllowed: true };
}

function danger(label: string, onPress: () => void, isAllowed = true): Button {
  return { label, onPress, look: "danger", isAllowed };
}

/** A button must not become another one under the finger. */
function row(buttons: readonly Button[]): TemplateResult {
  return html`<div part="actions" class="actions">${repeat(buttons, ({ label }) => label, buttonTemplate)}</div>`;
}

function buttonTemplate({ label, onPress, look, isAllowed }: Button): TemplateResult {
  return html`<button
    type="button"
    part=${look === "danger" ? "button button-danger" : "button"}
    class=${look}
    ?autofocus=${look !== "danger"}
    aria-disabled=${isAllowed ? nothing : "true"}
    @click=${() => isAllowed && onPress()}
  >
    ${label}
  </button>`;
}
