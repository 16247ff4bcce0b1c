import { html, LitElement, nothing } from "lit";
import { property } from "lit/decorators.js";
import {
  type FailureReason,
  IDLE,
  type KeyBackupSyncState,
  type ReplacedBackups,
  replacedBy,
  syncOf,
} from "../../src/state.js";
import { type Formats, formatsFor } from "../formats.js";
import { isFree } from "../is-free.js";
import { ENGLISH, type KeyBackupSyncStrings } from "../strings.js";
import { tokens } from "../tokens.styles.js";
import { bar } from "./bar.js";
import { EverySecond } from "./every-second.js";
import { drawingOf, toneOf } from "./icons.js";
import { styles } from "./key-backup-progress.styles.js";
import { countsOf, measureOf, outlookOf, uploadLineOf } from "./measure.js";
import { missingCount, sayingOf, unusableCount } from "./sayings.js";

const REASONS = ["undecryptable", "malformed", "rejected"] as const satisfies readonly FailureReason[];

const REPLACED = ["notDownloaded", "locked", "failed"] as const satisfies readonly (keyof ReplacedBackups)[];

/**
 * A state in, a bar and a sentence out. It sends nothing, asks nobody, and knows no controller.
 *
 * Screen readers hear the sentence when the status changes, and never a count.
 *
 * @summary Shows how far the download of a key backup is.
 *
 * @csspart base - All of it.
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
 *
 * @cssproperty --key-backup-sync-accent - Colour of what is done and of what goes on.
 * @cssproperty --key-backup-sync-track - Colour of the empty part of the bar.
 * @cssproperty --key-backup-sync-danger - Colour of what went wrong.
 * @cssproperty --key-backup-sync-text - Colour of the text.
 * @cssproperty --key-backup-sync-muted - Colour of the text that is less important.
 * @cssproperty --key-backup-sync-surface - Colour behind it.
 * @cssproperty [--key-backup-sync-spacing=1rem] - The space from which all others are made.
 * @cssproperty [--key-backup-sync-font=system-ui, sans-serif] - Font family.
 */
export class KeyBackupProgressElement extends LitElement {
  static override styles = [tokens, styles];

  /** What to show. */
  @property({ attribute: false }) state: KeyBackupSyncState = IDLE;
  /** The words, in the language of the host. */
  @property({ attribute: false }) strings: KeyBackupSyncStrings = ENGLISH;

  constructor() {
    super();
    new EverySecond(this, () => this.state.status === "waiting" && this.state.retryAt !== null);
  }

  override render() {
    const { state, strings } = this;
    const formats = formatsFor(this, strings.language);
    const saying = sayingOf(state, strings);
    return html`
      <div part="base" class="base">
        <div class="head">
          <div part="icon" class="icon ${toneOf(state)} ${state.status === "downloading" ? "moving" : ""}">
            <svg viewBox="0 0 24 24" aria-hidden="true">${drawingOf(state)}</svg>
          </div>
          <div role="status">
            <p part="message" class="message">${saying.headline}</p>
            <p part="detail" class="detail">${saying.detail}</p>
          </div>
        </div>
        ${bar(state, strings, formats)} ${this.#counts(formats)} ${this.#failures(formats)}
        ${this.#replaced(formats)} ${this.#upload(formats)}
      </div>
    `;
  }

  #counts(formats: Formats) {
    const measure = measureOf(this.state);
    return html`
      <p part="counts" class="counts">
        <span>${measure ? countsOf(measure, this.strings, formats) : nothing}</span>
        <span class="outlook">${outlookOf(this.state, this.strings, formats)}</span>
      </p>
    `;
  }

  #failures(formats: Formats) {
    const progress = syncOf(this.state)?.progress;
    if (!progress) return nothing;
    const { failures } = this.strings;
    const missing = missingCount(this.state);
    const failed = unusableCount(this.state, progress);
    if (failed === 0) return nothing;
    const reasons = REASONS.filter((reason) => progress.failures[reason] > 0);
    return html`
      <div part="failures" class="failures">
        <p>${failures.summary(failed, formats)}</p>
        <ul>
          ${reasons.map((reason) => html`<li>${failures[reason](progress.failures[reason], formats)}</li>`)}
          ${missing > 0 ? html`<li>${failures.missing(missing, formats)}</li>` : nothing}
        </ul>
      </div>
    `;
  }

  #upload(formats: Formats) {
    const line = uploadLineOf(this.state, this.strings, formats);
    return line ? html`<p part="upload" class="upload">${line}</p>` : nothing;
  }

  #replaced(formats: Formats) {
    const replaced = replacedBy(this.state);
    if (!replaced) return nothing;
    const told = REPLACED.filter((name) => replaced[name] > 0);
    return html`
      <ul part="replaced" class="replaced">
        ${told.map((name) => html`<li>${this.strings.replaced[name](replaced[name], formats)}</li>`)}
      </ul>
    `;
  }
}

if (isFree("key-backup-progress")) customElements.define("key-backup-progress", KeyBackupProgressElement);

declare global {
  interface HTMLElementTagNameMap {
    "key-backup-progress": KeyBackupProgressElement;
  }
}
