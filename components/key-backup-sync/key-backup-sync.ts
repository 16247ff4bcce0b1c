import { html, LitElement, nothing, type PropertyValues } from "lit";
import { property, query } from "lit/decorators.js";
import { complainOnce } from "../../src/complain.js";
import {
  controllerFor,
  type KeyBackupSafety,
  KeyBackupSyncError,
  type MatrixClientLike,
  type ResetQuestion,
  readinessOf,
} from "../../src/index.js";
import { IDLE, INTENSITIES, type Intensity, type KeyBackupSyncRun, type KeyBackupSyncState } from "../../src/state.js";
import { KeyBackupStateChangeEvent } from "../events.js";
import { isFree } from "../is-free.js";
import type { KeyBackupControlsElement } from "../key-backup-controls/key-backup-controls.js";
import "../key-backup-controls/key-backup-controls.js";
import { needsRecoveryKey } from "../key-backup-controls/main-wish.js";
import "../key-backup-progress/key-backup-progress.js";
import type { KeyBackupResetWarningElement } from "../key-backup-reset-warning/key-backup-reset-warning.js";
import "../key-backup-reset-warning/key-backup-reset-warning.js";
import { UntilReady } from "../../src/until-ready.js";
import { ENGLISH, type KeyBackupSyncStrings, type Occasion } from "../strings.js";
import { tokens } from "../tokens.styles.js";
import { styles } from "./key-backup-sync.styles.js";
import { WISHES, type Wish } from "./wishes.js";

/** What is shown, asked, and kept safe. */
type Run = KeyBackupSyncRun & KeyBackupSafety;

const PROGRESS_PARTS =
  "icon, message, detail, progress-bar, indicator, indicator-downloaded, counts, failures, replaced, upload";
const WARNING_PARTS = `dialog, finishing, dialog-title, dialog-message, losses, actions, button, button-danger, option, input, complaint, ${PROGRESS_PARTS}`;
const OCCASIONS = ["reset", "disable", "delete", "logout"] as const satisfies readonly Occasion[];

const CLIENT_INVALID: KeyBackupSyncState = {
  status: "failed",
  error: new KeyBackupSyncError("client-invalid"),
  sync: null,
};
const NO_CLIENT =
  "`client` is no MatrixClient of matrix-js-sdk. Give the element the object itself, as a property: an attribute is always text. " +
  "An OlmMachine goes into `controller`, by fromOlmMachine().";
const NO_INTENSITY = `\`intensity\` is one of ${INTENSITIES.join(", ")}. Anything else is ignored.`;

/** In a page without types it may be anything. */
function isClient(client: unknown): client is MatrixClientLike {
  return typeof (client as Partial<MatrixClientLike> | null)?.getCrypto === "function";
}

/**
 * Downloads every room key of the account's key backup, in the background, and shows how far that is. Give it a `client` and it starts by
 * itself; before that it shows nothing. Several elements may show the same run; taking one off the page does not stop it.
 *
 * Every wish of the person is an event that can be cancelled: what a host prevents is not done.
 *
 * @summary Brings every room key of a Matrix key backup home.
 *
 * @attribute {string} status - The status of the state that is shown, for CSS. Read-only.
 *
 * @slot label - The name of the card, in place of "Key backup".
 * @slot recovery - Asks for the recovery key, shown when that is needed, in place of the button.
 * @slot complete - Shown when the download is complete.
 * @slot help - Shown always, below all else.
 *
 * @fires {KeyBackupStartRequestEvent} key-backup-start-request - The person wants to start, or to start again.
 * @fires {KeyBackupPauseRequestEvent} key-backup-pause-request - The person wants to pause.
 * @fires {KeyBackupResumeRequestEvent} key-backup-resume-request - The person wants to go on.
 * @fires {KeyBackupStopRequestEvent} key-backup-stop-request - The person wants to stop.
 * @fires {KeyBackupFinishResetRequestEvent} key-backup-finish-reset-request - The person wants to finish a reset that made no new backup: done by itself with a matrix-js-sdk `client`; else make the backup.
 * @fires {KeyBackupRecoveryKeyRequestEvent} key-backup-recovery-key-request - The person wants to enter the recovery key: open your dialog for it.
 * @fires {KeyBackupStateChangeEvent} key-backup-state-change - Another state is shown; it is the event's `state`.
 *
 * @csspart base - The card.
 * @csspart label - Its name.
 * @csspart icon - The round sign of the status.
 * @csspart message - The headline: what is going on.
 * @csspart detail - What that means for the person.
 * @csspart progress-bar - The bar, with its empty part.
 * @csspart indicator - The part of the bar for the keys that are imported.
 * @csspart indicator-downloaded - The part of the bar for the keys that are on this device.
 * @csspart counts - The line of counts and of the time left.
 * @csspart failures - The list of keys that could not be used.
 * @csspart replaced - What became of the keys of earlier backups.
 * @csspart upload - How many keys of this device are in no backup yet.
 * @csspart controls - The row of buttons.
 * @csspart button - Each button.
 * @csspart button-danger - The button that stops, and the one that goes on without keys that may be lost.
 * @csspart dialog - The warning before a reset, and before logging out.
 * @csspart dialog-title - Its name.
 * @csspart dialog-message - What is the matter.
 * @csspart losses - The list of keys that may be lost.
 * @csspart actions - The row of buttons of the warning.
 * @csspart option - In it, each of the two kinds of rescue copy.
 * @csspart input - Each field for its passphrase.
 * @csspart complaint - What is wrong with that, or why the file could not be saved.
 *
 * @cssproperty --key-backup-sync-accent - Colour of what is done, of what goes on, and of the main button.
 * @cssproperty --key-backup-sync-track - Colour of the empty part of the bar.
 * @cssproperty --key-backup-sync-danger - Colour of what went wrong or may be lost, and of the button that stops.
 * @cssproperty --key-backup-sync-on-danger - Colour of the text on that.
 * @cssproperty --key-backup-sync-text - Colour of the text.
 * @cssproperty --key-backup-sync-muted - Colour of the text that is less important.
 * @cssproperty --key-backup-sync-surface - Colour of the card.
 * @cssproperty --key-backup-sync-border - Colour of borders.
 * @cssproperty [--key-backup-sync-radius=1rem] - Radius of the card; that of the buttons is made from it.
 * @cssproperty [--key-backup-sync-spacing=1rem] - The space from which all others are made.
 * @cssproperty [--key-backup-sync-font=system-ui, sans-serif] - Font family.
 */
export class KeyBackupSyncElement extends LitElement {
  static override styles = [tokens, styles];

  /**
   * A matrix-js-sdk client: its own run is shown and asked. Nothing is shown before the client is logged in and `initRustCrypto()` has
   * finished, and nothing more after `stopClient()`. Set to another client, or null, the element shows the run of that one, or none.
   */
  @property({ attribute: false }) client: MatrixClientLike | null = null;
  /** The run that is shown and asked, in place of that of `client`. */
  @property({ attribute: false }) controller: Run | null = null;
  /** Waits for a press on start, in place of starting by itself. */
  @property({ type: Boolean, reflect: true }) manual = false;
  /** How much of the device the import takes: `gentle`, `balanced` or `fast`. Null leaves that to the run, which is balanced at first. */
  @property({ reflect: true }) intensity: Intensity | null = null;
  /** The words, in the language of the host. */
  @property({ attribute: false }) strings: KeyBackupSyncStrings = ENGLISH;

  /** @internal */
  @query("key-backup-controls") private controls!: KeyBackupControlsElement | null;
  #run: Run | null = null;
  #autoStarted: Run | null = null;
  #state: KeyBackupSyncState = IDLE;
  #told: KeyBackupSyncState = IDLE;
  /** To the reset that a wish brings about: a guard is not to ask again. */
  #hasAgreed = false;
  #focusedChild: Element | null = null;
  /** `client` is something else. */
  #isClientInvalid = false;
  readonly #untilReady = new UntilReady(() => this.requestUpdate());

  /** What is shown. */
  get state(): KeyBackupSyncState {
    return this.#state;
  }

  /**
   * Before the key backup is reset, turned off (`disable`) or deleted in part (`delete`): whether it may be. Asks the homeserver, and resolves
   * with true where no key would be lost; else the person is asked, who may first have the download finished or save a rescue copy. That may
   * take until the download is done. With false where there is nobody to ask: off the page, or without a
   * `client` or `controller`.
   */
  async confirmReset(question: ResetQuestion = "reset"): Promise<boolean> {
    return (question === "reset" && this.#hasAgreed) || this.#confirm(question);
  }

  /**
   * Before logging out: the same, where keys are downloaded but not yet imported, of this backup or of earlier ones, or where keys of this
   * device are in no backup. The latter also where the user turned key storage off: that is no consent to lose them by logging out.
   */
  confirmLogout(): Promise<boolean> {
    return this.#confirm("logout");
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#untilReady.stop();
    this.#follow(null);
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    for (const type of WISHES.keys()) root.addEventListener(type, this.#onWish);
    return root;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.isConnected) return;
    const isOther = changed.has("client") || changed.has("controller");
    if (!this.#run || isOther || this.#isClientStopped) this.#follow(this.#wantedRun());
    if (changed.has("intensity")) this.#tellIntensity();
    this.#autoStart();
    this.#state = this.#run?.state ?? (this.#isClientInvalid ? CLIENT_INVALID : IDLE);
    this.#reflectStatus();
    this.#focusedChild = this.querySelector(":scope > :focus-within");
  }

  /** Not before there is something to show: a page that was rendered by a server is compared with what the server sent. */
  #reflectStatus(): void {
    const { status } = this.#state;
    const isFirst = !this.hasAttribute("status") && status === "idle" && !this.#run;
    if (!isFirst && this.getAttribute("status") !== status) this.setAttribute("status", status);
  }

  protected override updated(): void {
    // Its slot is gone, as that of the recovery key when it was entered: the focus stays in the card.
    if (this.#focusedChild && !this.#focusedChild.assignedSlot) this.controls?.focus();
    if (this.#told === this.#state) return;
    this.#told = this.#state;
    this.dispatchEvent(new KeyBackupStateChangeEvent(this.#state));
  }

  override render() {
    const { state, strings } = this;
    if (this.#isClientInvalid)
      return html`
      <section part="base" class="base">
        <key-backup-progress exportparts=${PROGRESS_PARTS} .state=${state} .strings=${strings}></key-backup-progress>
      </section>
    `;
    // No button may be there that has nobody to ask.
    if (!this.#run) return nothing;
    return html`
      <section part="base" class="base" aria-labelledby="label">
        <div part="label" class="label" id="label"><slot name="label">${strings.label}</slot></div>
        <key-backup-progress
          exportparts=${PROGRESS_PARTS}
          .state=${state}
          .strings=${strings}
        ></key-backup-progress>
        ${this.#needed}
        <key-backup-controls
          exportparts="controls, button, button-danger"
          .state=${state}
          .strings=${strings}
          .withoutRecoveryKey=${this.querySelector(":scope > [slot='recovery']") !== null}
        ></key-backup-controls>
        <slot name="help"></slot>
      </section>
      ${OCCASIONS.map((occasion) => this.#warning(this.#run, occasion))}
    `;
  }

  #warning(safety: Run | null, occasion: Occasion) {
    return html`
      <key-backup-reset-warning
        exportparts=${WARNING_PARTS}
        occasion=${occasion}
        .state=${this.state}
        .safety=${safety}
        .strings=${this.strings}
      ></key-backup-reset-warning>
    `;
  }

  async #confirm(occasion: Occasion): Promise<boolean> {
    if (!this.isConnected) return false;
    await this.updateComplete;
    const warning = this.renderRoot.querySelector<KeyBackupResetWarningElement>(`[occasion="${occasion}"]`);
    return (await warning?.confirm()) ?? false;
  }

  /** One of the slots that are only for some states. */
  get #needed() {
    if (needsRecoveryKey(this.state)) return html`<slot name="recovery" @slotchange=${this.#onSlotChange}></slot>`;
    return this.state.status === "complete" ? html`<slot name="complete"></slot>` : nothing;
  }

  #onSlotChange = (): void => this.requestUpdate();

  #wantedRun(): Run | null {
    this.#untilReady.stop();
    const { controller, client } = this;
    this.#isClientInvalid = !controller && client !== null && !isClient(client);
    if (this.#isClientInvalid) complainOnce(NO_CLIENT);
    if (controller || !client || this.#isClientInvalid) return controller;
    const readiness = readinessOf(client);
    if (readiness === "ready") return controllerFor(client);
    // The host need not wait for its client, and no event tells when it is ready.
    if (readiness === "not-yet") this.#untilReady.wait(() => readinessOf(client) !== "not-yet");
    return null;
  }

  get #isClientStopped(): boolean {
    return !this.controller && isClient(this.client) && readinessOf(this.client) === "stopped";
  }

  #follow(run: Run | null): void {
    if (run === this.#run) return;
    this.#run?.removeEventListener("statechange", this.#onStateChange);
    this.#run = run;
    this.#run?.addEventListener("statechange", this.#onStateChange);
    this.#tellIntensity();
  }

  /** An attribute may be any text. */
  #tellIntensity(): void {
    const intensity = INTENSITIES.find((known) => known === this.intensity);
    if (this.intensity !== null && !intensity) complainOnce(NO_INTENSITY);
    if (this.#run && intensity) this.#run.intensity = intensity;
  }

  /** Once for each run: an element that is moved about on the page must not start again what the person has stopped. */
  #autoStart(): void {
    if (this.manual || !this.#run || this.#run === this.#autoStarted) return;
    this.#autoStarted = this.#run;
    void this.#run.autoStart();
  }

  #onStateChange = (): void => this.requestUpdate();

  /** A listener of the host would come too late for the event of a leaf, which is inside: so it gets its own, and may prevent it. */
  #onWish = (event: Event): void => {
    // Those from a slot would go on to the host by themselves.
    event.stopPropagation();
    const wish = WISHES.get(event.type);
    if (!wish || !this.#run) return;
    if (this.dispatchEvent(new wish.Request())) void this.#grant(wish, this.#run);
    else event.preventDefault();
  };

  async #grant(wish: Wish, run: Run): Promise<void> {
    try {
      await wish.grant(run, async () => {
        this.#hasAgreed = await this.confirmReset();
        return this.#hasAgreed;
      });
    } finally {
      this.#hasAgreed = false;
    }
  }
}

if (isFree("key-backup-sync")) customElements.define("key-backup-sync", KeyBackupSyncElement);

declare global {
  interface HTMLElementTagNameMap {
    "key-backup-sync": KeyBackupSyncElement;
  }
}
