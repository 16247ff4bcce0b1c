import { html, LitElement, nothing } from "lit";
import { property, query } from "lit/decorators.js";
import { canStop, IDLE, type KeyBackupSyncState } from "../../src/state.js";
import { buttons } from "../buttons.styles.js";
import { KeyBackupRecoveryKeyRequestEvent, type KeyBackupRequestEvent, KeyBackupStopRequestEvent } from "../events.js";
import { isFree } from "../is-free.js";
import { ENGLISH, type KeyBackupSyncStrings } from "../strings.js";
import { tokens } from "../tokens.styles.js";
import { styles } from "./key-backup-controls.styles.js";
import { mainWishOf, needsRecoveryKey } from "./main-wish.js";

/**
 * A state in, the buttons that it allows, and the wishes of the person out. It does nothing by itself, and changes nothing: its buttons
 * change when the state does. Its events bubble, but do not leave the shadow root that it is in.
 *
 * @summary Asks to start, pause, resume or stop the download of a key backup.
 *
 * @fires {KeyBackupStartRequestEvent} key-backup-start-request - The person wants to start, or to start again.
 * @fires {KeyBackupPauseRequestEvent} key-backup-pause-request - The person wants to pause.
 * @fires {KeyBackupResumeRequestEvent} key-backup-resume-request - The person wants to go on.
 * @fires {KeyBackupStopRequestEvent} key-backup-stop-request - The person wants to stop.
 * @fires {KeyBackupFinishResetRequestEvent} key-backup-finish-reset-request - The person wants to finish a reset that made no new backup.
 * @fires {KeyBackupRecoveryKeyRequestEvent} key-backup-recovery-key-request - The person wants to enter the recovery key.
 *
 * @csspart controls - The row of buttons.
 * @csspart button - Each button.
 * @csspart button-danger - The button that stops.
 *
 * @cssproperty --key-backup-sync-accent - Colour of the button that the person most likely wants, and of the focus ring.
 * @cssproperty --key-backup-sync-danger - Colour of the button that stops.
 * @cssproperty --key-backup-sync-on-danger - Colour of the text on that.
 * @cssproperty --key-backup-sync-text - Colour of the text on the other buttons.
 * @cssproperty --key-backup-sync-muted - Colour of the text on a button that cannot be pressed now.
 * @cssproperty --key-backup-sync-surface - Colour of the buttons.
 * @cssproperty --key-backup-sync-border - Colour of their borders.
 * @cssproperty [--key-backup-sync-radius=1rem] - The radius from which that of the buttons is made.
 * @cssproperty [--key-backup-sync-spacing=1rem] - The space from which that between the buttons is made.
 * @cssproperty [--key-backup-sync-font=system-ui, sans-serif] - Font family.
 */
export class KeyBackupControlsElement extends LitElement {
  static override styles = [tokens, buttons, styles];

  /** Decides which buttons there are. */
  @property({ attribute: false }) state: KeyBackupSyncState = IDLE;
  /** The words, in the language of the host. */
  @property({ attribute: false }) strings: KeyBackupSyncStrings = ENGLISH;
  /** Leaves out the button for the recovery key, where something else asks for it. */
  @property({ type: Boolean, reflect: true, attribute: "without-recovery-key" }) withoutRecoveryKey = false;

  /** @internal */
  @query("#main") private mainButton!: HTMLButtonElement | null;
  #hadFocus = false;
  /** A button had the focus when the last one went. */
  #owesFocus = false;

  protected override willUpdate(): void {
    this.#hadFocus = Boolean(this.shadowRoot?.activeElement);
  }

  /** A button that had the focus may be gone now: it goes to the main one, as soon as there is one, unless it is elsewhere by then. */
  protected override updated(): void {
    const isOwed = this.#hadFocus || (this.#owesFocus && document.activeElement === document.body);
    this.#owesFocus = isOwed && !this.mainButton;
    if (isOwed && !this.shadowRoot?.activeElement) this.focus();
  }

  /** To the main button. */
  override focus(options?: FocusOptions): void {
    this.mainButton?.focus(options);
  }

  override render() {
    return html`
      <div part="controls" class="controls">${this.#recoveryKeyButton()} ${this.#mainButton()} ${this.#stopButton()}</div>
    `;
  }

  #mainButton() {
    const wish = mainWishOf(this.state);
    if (!wish) return nothing;
    const { label, isAllowed, isPrimary, Request } = wish;
    return html`<button
      id="main"
      type="button"
      part="button"
      class=${isPrimary ? "primary" : ""}
      aria-disabled=${isAllowed ? nothing : "true"}
      @click=${() => isAllowed && this.#send(new Request({ composed: false }))}
    >
      ${this.strings.buttons[label]}
    </button>`;
  }

  #recoveryKeyButton() {
    if (this.withoutRecoveryKey || !needsRecoveryKey(this.state)) return nothing;
    return html`<button
      type="button"
      part="button"
      class="primary"
      @click=${() => this.#send(new KeyBackupRecoveryKeyRequestEvent({ composed: false }))}
    >
      ${this.strings.buttons.recoveryKey}
    </button>`;
  }

  #stopButton() {
    if (!canStop(this.state)) return nothing;
    return html`<button
      type="button"
      part="button button-danger"
      class="danger"
      @click=${() => this.#send(new KeyBackupStopRequestEvent({ composed: false }))}
    >
      ${this.strings.buttons.stop}
    </button>`;
  }

  #send(request: KeyBackupRequestEvent): void {
    this.dispatchEvent(request);
  }
}

if (isFree("key-backup-controls")) customElements.define("key-backup-controls", KeyBackupControlsElement);

declare global {
  interface HTMLElementTagNameMap {
    "key-backup-controls": KeyBackupControlsElement;
  }
}
