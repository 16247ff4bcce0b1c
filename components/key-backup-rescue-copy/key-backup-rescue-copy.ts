import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { KeyBackupSyncError } from "../../src/errors.js";
import type { KeyBackupSafety } from "../../src/reset.js";
import { buttons } from "../buttons.styles.js";
import { type Formats, formatsFor } from "../formats.js";
import { isFree } from "../is-free.js";
import { ENGLISH, type KeyBackupSyncStrings, type Saying } from "../strings.js";
import { tokens } from "../tokens.styles.js";
import { styles } from "./key-backup-rescue-copy.styles.js";
import { saveFile } from "./save-file.js";

/** Characters. The file can be guessed at for years, by whoever has it. */
const MINIMUM = 12;

type Complaint = "tooShort" | "different";

type Saving =
  | { readonly kind: "asking"; readonly complaint: Complaint | null }
  | { readonly kind: "saving"; readonly abort: AbortController }
  | { readonly kind: "saved"; readonly fileName: string; readonly leftOut: number; readonly hasGaps: boolean }
  | { readonly kind: "failed"; readonly fault: unknown };

/**
 * Saves what is downloaded as a file: with a passphrase, a key export that other Matrix clients can import; without one, an archive that
 * only the recovery key opens. It says how many keys are not in it. It makes no file itself: it asks what it is given. Taken off the page,
 * it gives up.
 *
 * @summary Saves a rescue copy of a key backup.
 *
 * @csspart base - The form.
 * @csspart option - Each of the two kinds of file.
 * @csspart input - Each field for the passphrase.
 * @csspart complaint - What is wrong with it, or why the file could not be saved.
 * @csspart button - The button that saves.
 *
 * @cssproperty --key-backup-sync-accent - Colour of the button, and of what is chosen.
 * @cssproperty --key-backup-sync-danger - Colour of complaints.
 * @cssproperty --key-backup-sync-text - Colour of the text.
 * @cssproperty --key-backup-sync-muted - Colour of the text that is less important.
 * @cssproperty --key-backup-sync-surface - Colour of the fields.
 * @cssproperty --key-backup-sync-border - Colour of borders.
 * @cssproperty [--key-backup-sync-radius=1rem] - The radius from which those of button and fields are made.
 * @cssproperty [--key-backup-sync-spacing=1rem] - The space from which all others are made.
 * @cssproperty [--key-backup-sync-font=system-ui, sans-serif] - Font family.
 */
export class KeyBackupRescueCopyElement extends LitElement {
  static override styles = [tokens, buttons, styles];

  /** Makes the copy: a controller is one. */
  @property({ attribute: false }) safety: KeyBackupSafety | null = null;
  /** The words, in the language of the host. */
  @property({ attribute: false }) strings: KeyBackupSyncStrings = ENGLISH;
  /** Leaves out the passphrase: a key export takes the decryption key, which is not known here. */
  @property({ type: Boolean, reflect: true, attribute: "archive-only" }) archiveOnly = false;

  /** @internal */
  @state() private saving: Saving = { kind: "asking", complaint: null };
  /** @internal */
  @state() private wantsPassphrase = true;
  /** @internal */
  @query("form") private form!: HTMLFormElement;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.saving.kind === "saving") this.saving.abort.abort();
  }

  /** To the first field, as soon as it is there. */
  override focus(options?: FocusOptions): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("input, button")?.focus(options));
  }

  override render() {
    const formats = formatsFor(this, this.strings.language);
    return html`
      <form part="base" class="base" novalidate @submit=${this.#onSubmit}>
        ${this.archiveOnly ? this.#hint(this.strings.rescueCopy.withoutPassphrase.detail) : this.#kinds()}
        ${this.#hasPassphrase ? this.#passphrase(formats) : nothing}
        <p part="complaint" class="complaint" id="complaint" role="alert">${this.#complaint(formats)}</p>
        <p class="outcome" role="status">${this.#outcome(formats)}</p>
        <button part="button" class="primary" aria-disabled=${this.saving.kind === "saving" ? "true" : nothing}>
          ${this.strings.rescueCopy.save}
        </button>
      </form>
    `;
  }

  get #hasPassphrase(): boolean {
    return this.wantsPassphrase && !this.archiveOnly;
  }

  #kinds(): TemplateResult {
    const { withPassphrase, withoutPassphrase, title } = this.strings.rescueCopy;
    return html`
      <div class="kinds" role="radiogroup" aria-label=${title}>
        ${this.#kind(withPassphrase, true)} ${this.#kind(withoutPassphrase, false)}
      </div>
    `;
  }

  #kind({ headline, detail }: Saying, hasPassphrase: boolean): TemplateResult {
    return html`
      <label part="option" class="kind">
        <input
          type="radio"
          name="kind"
          .checked=${this.wantsPassphrase === hasPassphrase}
          @change=${() => this.#choose(hasPassphrase)}
        />
        <span>${headline}<small>${detail}</small></span>
      </label>
    `;
  }

  #passphrase(formats: Formats): TemplateResult {
    const { passphrase, repeated, hint } = this.strings.rescueCopy;
    return html`
      ${this.#field("passphrase", passphrase, "hint complaint", this.#complains("tooShort"))}
      <p class="hint" id="hint">${hint(MINIMUM, formats)}</p>
      ${this.#field("repeated", repeated, "complaint", this.#complains("different"))}
    `;
  }

  #field(name: string, label: string, describedBy: string, isInvalid: boolean): TemplateResult {
    return html`
      <label class="field">
        <span>${label}</span>
        <input
          part="input"
          type="password"
          name=${name}
          autocomplete="new-password"
          aria-describedby=${describedBy}
          aria-invalid=${isInvalid}
        />
      </label>
    `;
  }

  #hint(text: string): TemplateResult {
    return html`<p class="hint">${text}</p>`;
  }

  #complains(of: Complaint): boolean {
    return this.saving.kind === "asking" && this.saving.complaint === of;
  }

  #complaint(formats: Formats): string {
    const { tooShort, different, failed } = this.strings.rescueCopy;
    if (this.saving.kind === "failed") return faultWords(this.saving.fault, this.strings) ?? failed;
    if (this.#complains("tooShort")) return tooShort(MINIMUM, formats);
    return this.#complains("different") ? different : "";
  }

  #outcome(formats: Formats) {
    const { saving, saved, leftOut, gaps } = this.strings.rescueCopy;
    if (this.saving.kind === "saving") return saving;
    if (this.saving.kind !== "saved") return nothing;
    const missing = this.saving.leftOut > 0 ? leftOut(this.saving.leftOut, formats) : nothing;
    const lost = this.saving.hasGaps ? gaps : nothing;
    return html`${saved(this.saving.fileName)} <span class="left-out">${missing} ${lost}</span>`;
  }

  #choose(hasPassphrase: boolean): void {
    this.wantsPassphrase = hasPassphrase;
    this.saving = { kind: "asking", complaint: null };
  }

  #onSubmit = (event: Event): void => {
    event.preventDefault();
    if (this.saving.kind === "saving" || !this.safety) return;
    const passphrase = this.#hasPassphrase ? this.#entered("passphrase") : null;
    const complaint = passphrase === null ? null : complaintOf(passphrase, this.#entered("repeated"));
    if (complaint) this.#complainOf(complaint);
    else void this.#save(this.safety, passphrase);
  };

  #entered(name: string): string {
    return String(new FormData(this.form).get(name) ?? "");
  }

  #complainOf(complaint: Complaint): void {
    this.saving = { kind: "asking", complaint };
    const name = complaint === "tooShort" ? "passphrase" : "repeated";
    this.form.querySelector<HTMLInputElement>(`[name='${name}']`)?.focus();
  }

  async #save(safety: KeyBackupSafety, passphrase: string | null): Promise<void> {
    const abort = new AbortController();
    this.saving = { kind: "saving", abort };
    try {
      const copy = await safety.rescueCopy(passphrase);
      const fileName = await saveFile(copy, abort.signal);
      if (fileName === null) {
        this.saving = { kind: "asking", complaint: null };
        return;
      }
      this.saving = { kind: "saved", fileName, leftOut: copy.leftOut, hasGaps: await copy.hasGaps };
      this.form.reset();
    } catch (fault) {
      this.saving = abort.signal.aborted ? { kind: "asking", complaint: null } : { kind: "failed", fault };
    }
  }
}

function complaintOf(passphrase: string, repeated: string): Complaint | null {
  // By code points: what a person takes for one character is not two.
  if ([...passphrase].length < MINIMUM) return "tooShort";
  return passphrase === repeated ? null : "different";
}

function faultWords(fault: unknown, { failed, nextMove }: KeyBackupSyncStrings): string | null {
  return fault instanceof KeyBackupSyncError ? `${failed[fault.code]}. ${nextMove[fault.nextMove]}` : null;
}

if (isFree("key-backup-rescue-copy")) customElements.define("key-backup-rescue-copy", KeyBackupRescueCopyElement);

declare global {
  interface HTMLElementTagNameMap {
    "key-backup-rescue-copy": KeyBackupRescueCopyElement;
  }
}
