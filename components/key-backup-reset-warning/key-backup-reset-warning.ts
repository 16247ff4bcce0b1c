import { html, LitElement, nothing } from "lit";
import { property, query, state } from "lit/decorators.js";
import type { KeyBackupSafety } from "../../src/reset.js";
import { IDLE, type KeyBackupSyncState } from "../../src/state.js";
import { buttons } from "../buttons.styles.js";
import { KeyBackupRecoveryKeyRequestEvent, KeyBackupResumeRequestEvent } from "../events.js";
import { formatsFor } from "../formats.js";
import { isFree } from "../is-free.js";
import { ENGLISH, type KeyBackupSyncStrings, type Occasion } from "../strings.js";
import { tokens } from "../tokens.styles.js";
import { wishToFinish } from "./choices.js";
import { type Actions, dialogContent, finishingContent } from "./dialog-content.js";
import { styles } from "./key-backup-reset-warning.styles.js";
import { LiveAssessment, type Question } from "./live-assessment.js";
import { type Finding, UNCHECKED } from "./risk.js";
import { Shield } from "./shield.js";
import { CHOICE, type Step, stepAfter } from "./steps.js";

/** Milliseconds that the person waits for the first answer before a dialog says so. */
const PATIENCE = 400;

/** What `confirm()` was asked, until it is answered. */
interface Request {
  readonly answer: Promise<boolean>;
  readonly settle: (answer: boolean) => void;
  readonly safety: KeyBackupSafety;
}

/**
 * Says which keys would be lost, before they are, and offers the ways out. Who wants to finish first has the page, and is asked once more
 * at the end. It shows nothing until `confirm()` is called, and then only
 * where something may be lost. It resets nothing, downloads nothing, and knows no controller: it asks what it is given, and sends wishes
 * that bubble, but do not leave the shadow root that it is in.
 *
 * Screen readers hear what is the matter when that changes, and never a count.
 *
 * @summary A dialog that comes before room keys are lost.
 *
 * @fires {KeyBackupStartRequestEvent} key-backup-start-request - The person wants the download to be finished first.
 * @fires {KeyBackupResumeRequestEvent} key-backup-resume-request - The same, after a pause.
 * @fires {KeyBackupFinishResetRequestEvent} key-backup-finish-reset-request - The person wants a reset that did not finish to be finished first.
 * @fires {KeyBackupRecoveryKeyRequestEvent} key-backup-recovery-key-request - The person wants to enter the recovery key. The dialog is closed by then.
 *
 * @csspart dialog - The dialog.
 * @csspart finishing - In place of the dialog, while the download is being finished: what it waits for, and two buttons.
 * @csspart dialog-title - Its name.
 * @csspart dialog-message - What is the matter.
 * @csspart losses - The list of keys that may be lost.
 * @csspart actions - The row of buttons.
 * @csspart button - Each button.
 * @csspart button-danger - The button that goes on without the keys.
 * @csspart option - Each of the two kinds of rescue copy.
 * @csspart input - Each field for its passphrase.
 * @csspart complaint - What is wrong with that, or why the file could not be saved.
 *
 * @cssproperty --key-backup-sync-accent - Colour of the button that the person most likely wants, and of what is done.
 * @cssproperty --key-backup-sync-track - Colour of the empty part of the bar.
 * @cssproperty --key-backup-sync-danger - Colour of what may be lost.
 * @cssproperty --key-backup-sync-on-danger - Colour of the text on that.
 * @cssproperty --key-backup-sync-text - Colour of the text.
 * @cssproperty --key-backup-sync-muted - Colour of the text that is less important.
 * @cssproperty --key-backup-sync-surface - Colour of the dialog.
 * @cssproperty --key-backup-sync-border - Colour of borders.
 * @cssproperty [--key-backup-sync-radius=1rem] - Radius of the dialog; that of the buttons is made from it.
 * @cssproperty [--key-backup-sync-spacing=1rem] - The space from which all others are made.
 * @cssproperty [--key-backup-sync-font=system-ui, sans-serif] - Font family.
 */
export class KeyBackupResetWarningElement extends LitElement {
  static override styles = [tokens, buttons, styles];

  /** What it comes before: `reset`, `disable` or `delete` of the backup or a part of it, or `logout`, the end of the session on this device. */
  @property() occasion: Occasion = "reset";
  /** Of the run that can be finished first. */
  @property({ attribute: false }) state: KeyBackupSyncState = IDLE;
  /** Tells what would be lost, and makes a rescue copy: a controller is one. */
  @property({ attribute: false }) safety: KeyBackupSafety | null = null;
  /** The words, in the language of the host. */
  @property({ attribute: false }) strings: KeyBackupSyncStrings = ENGLISH;

  /** @internal */
  @state() private step: Step | null = null;
  /** @internal */
  @query("dialog") private dialog!: HTMLDialogElement;
  readonly #assessment = new LiveAssessment(this, () => this.#question());
  #request: Request | null = null;
  #patience: ReturnType<typeof setTimeout> | null = null;
  #heard: Finding | null = null;
  #isShown = false;
  #shownStep: Step | null = null;
  #hadFocus = false;
  #shield: Shield | null = null;

  /**
   * Resolves with true when nothing would be lost or the person goes on all the same; with false when not, and when the element leaves
   * the page. Who asks again before that gets the same answer.
   */
  confirm(): Promise<boolean> {
    if (!this.isConnected || !this.safety) return Promise.resolve(false);
    // Asked again, for instance by another press: the answer is wanted now.
    if (this.step?.kind === "finishing") this.step = CHOICE;
    this.#request ??= this.#begin(this.safety);
    return this.#request.answer;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#takeShieldDown();
    this.#end(false);
  }

  protected override willUpdate(): void {
    this.#hadFocus = Boolean(this.shadowRoot?.activeElement);
    // It was asked about the keys of another account.
    if (this.#request && this.safety !== this.#request.safety) this.#end(false);
    this.#assessment.follow();
    this.#hear(this.#assessment.latest);
  }

  protected override updated(): void {
    const mustShow = this.step !== null && this.step.kind !== "finishing" && this.#patience === null;
    if (mustShow && !this.#isShown) this.#show();
    if (!mustShow && this.#isShown) this.#hide();
    const isNewStep = this.step?.kind !== this.#shownStep?.kind;
    this.#shownStep = this.step;
    // What had the focus may be gone, with the step that it belonged to.
    if (mustShow && (isNewStep || this.#hadFocus) && !this.shadowRoot?.activeElement) this.focus();
  }

  /** To what the person most likely wants; never to what cannot be undone. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>("[autofocus]")?.focus(options);
  }

  override render() {
    return html`
      <dialog
        part="dialog"
        role="alertdialog"
        aria-labelledby="title"
        aria-describedby="message losses"
        @close=${this.#onClose}
      >
        ${this.step ? this.#content(this.step) : nothing}
      </dialog>
      ${this.step?.kind === "finishing" ? finishingContent(this, this.#actions) : nothing}
    `;
  }

  #content(step: Step) {
    const { occasion, state, safety, strings } = this;
    const formats = formatsFor(this, strings.language);
    const risk = this.#heard?.risk ?? UNCHECKED;
    return dialogContent({ occasion, step, risk, state, safety, strings, formats }, this.#actions);
  }

  readonly #actions: Actions = {
    cancel: () => this.#end(false),
    goOn: () => this.#end(true),
    back: () => this.#go(CHOICE),
    saveRescueCopy: () => this.#go({ kind: "rescue" }),
    goAnyway: () => this.#go({ kind: "last", agreed: false }),
    agree: (agreed) => this.#go({ kind: "last", agreed }),
    checkAgain: () => this.#assessment.ask(),
    finish: () => this.#finish(),
    resume: () => this.dispatchEvent(new KeyBackupResumeRequestEvent({ composed: false })),
    enterRecoveryKey: () => {
      // Whoever has it needs no reset; and nothing of the page could be reached below the dialog.
      if (this.step?.kind !== "finishing") this.#end(false);
      this.dispatchEvent(new KeyBackupRecoveryKeyRequestEvent({ composed: false }));
    },
  };

  #question(): Question | null {
    const { safety, occasion, state } = this;
    return safety && { safety, occasion, state };
  }

  #go(step: Step): void {
    this.step = step;
  }

  #finish(): void {
    const from = this.state;
    const Wish = wishToFinish(from, this.#heard?.risk ?? UNCHECKED);
    const isGranted = !Wish || this.dispatchEvent(new Wish({ composed: false }));
    if (isGranted) this.step = { kind: "finishing", from };
  }

  #begin(safety: KeyBackupSafety): Request {
    let settle: (answer: boolean) => void = () => {};
    const answer = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    this.step = { kind: "checking" };
    this.#patience = setTimeout(() => this.#beImpatient(), PATIENCE);
    this.#assessment.ask();
    return { answer, settle, safety };
  }

  #end(answer: boolean): void {
    this.#assessment.end();
    this.#endPatience();
    this.#heard = null;
    this.step = null;
    this.#request?.settle(answer);
    this.#request = null;
  }

  #hear(finding: Finding | null): void {
    if (!this.step || !finding || finding === this.#heard) return;
    const next = stepAfter(this.step, finding, this.#heard?.risk ?? null);
    this.#heard = finding;
    this.#endPatience();
    if (next) this.step = next;
    else this.#end(true);
  }

  #beImpatient(): void {
    this.#endPatience();
    this.requestUpdate();
  }

  #endPatience(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  #show(): void {
    this.#shield = new Shield(this.dialog);
    this.#shield.up();
    this.dialog.showModal();
    this.#isShown = true;
    if (this.dialog.getClientRects().length > 0) return;
    // Nobody could answer. That it closes is heard as by Escape.
    this.dialog.close();
    reportError(new Error("key-backup-sync: the warning is in a part of the page that is not displayed"));
  }

  #hide(): void {
    this.#isShown = false;
    this.#takeShieldDown();
    this.dialog.close();
  }

  #takeShieldDown(): void {
    this.#shield?.down();
    this.#shield = null;
  }

  /** By the person, such as with Escape. That of an earlier dialog may come when the next one is open. */
  #onClose = (): void => {
    if (!this.#isShown || this.dialog.open) return;
    this.#isShown = false;
    this.#takeShieldDown();
    this.#end(false);
  };
}

if (isFree("key-backup-reset-warning")) customElements.define("key-backup-reset-warning", KeyBackupResetWarningElement);

declare global {
  interface HTMLElementTagNameMap {
    "key-backup-reset-warning": KeyBackupResetWarningElement;
  }
}
