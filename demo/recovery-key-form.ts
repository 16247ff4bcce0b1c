/**
 * Asks for the recovery key as long as this device does not know the backup's decryption key, or knows a wrong one; and for that of an earlier
 * backup when the person wants to enter it.
 */
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { CryptoEvent } from "matrix-js-sdk/lib/crypto-api/index.js";
import { ENGLISH } from "../components/index.js";
import { controllerFor, KeyBackupSyncError } from "../src/index.js";
import type { OpenClient } from "./client.js";
import { cardStyles, demoStyles } from "./demo.styles.js";

@customElement("recovery-key-form")
export class RecoveryKeyForm extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [demoStyles, cardStyles];

  @property({ attribute: false }) open!: OpenClient;
  /** The recovery key of the sample account, if that is the one. */
  @property({ attribute: false }) sampleRecoveryKey: string | null = null;
  @state() private busy = false;
  @state() private problem = "";
  #isWanted = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.hidden = true;
    this.open.client.on(CryptoEvent.KeyBackupDecryptionKeyCached, this.#check);
    controllerFor(this.open.client).addEventListener("statechange", this.#onStateChange);
    void this.#check();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.open.client.off(CryptoEvent.KeyBackupDecryptionKeyCached, this.#check);
    controllerFor(this.open.client).removeEventListener("statechange", this.#onStateChange);
  }

  /** The person wants to enter one. */
  async show(): Promise<void> {
    this.#isWanted = true;
    await this.#check();
    this.focus();
  }

  override render() {
    return html`
      <form @submit=${this.#submit}>
        <h2>Unlock the backup</h2>
        <label>
          Recovery key
          <input name="recovery-key" required autocomplete="off" autocapitalize="none" spellcheck="false" />
        </label>
        ${this.problem ? html`<p class="error" role="alert">${this.problem}</p>` : nothing}
        <div class="row">
          <button class="primary" ?disabled=${this.busy}>${this.busy ? "Unlocking…" : "Unlock"}</button>
          ${
            this.sampleRecoveryKey === null
              ? nothing
              : html`<button type="button" @click=${this.#useSample}>Use the sample's recovery key</button>`
          }
        </div>
      </form>
    `;
  }

  #useSample = (): void => {
    const input = this.renderRoot.querySelector("input");
    if (!input) return;
    input.value = this.sampleRecoveryKey ?? "";
    input.form?.requestSubmit();
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const recoveryKey = String(new FormData(event.currentTarget as HTMLFormElement).get("recovery-key"));
    this.busy = true;
    this.problem = "";
    try {
      await this.#unlock(recoveryKey);
      this.#isWanted = false;
      void this.#check();
    } catch (error) {
      this.problem = wordsFor(error);
      this.#followUp(error);
    } finally {
      this.busy = false;
    }
  };

  /** What the client has no use for is for an earlier backup. */
  async #unlock(recoveryKey: string): Promise<void> {
    const { client, unlocker } = this.open;
    if (await this.#isUnlocked()) return controllerFor(client).unlock(recoveryKey);
    try {
      await unlocker.unlock(client, recoveryKey);
    } catch {
      // The client does not tell why. The controller does, and takes keys that the client does not.
      await controllerFor(client).unlock(recoveryKey);
    }
  }

  /** What could not be checked is checked later, without another press of the button. */
  #followUp(error: unknown): void {
    if (!(error instanceof KeyBackupSyncError) || !error.outcome) return;
    error.outcome.then(
      () => {
        this.problem = "";
      },
      (later: unknown) => {
        if (later instanceof KeyBackupSyncError) this.problem = wordsFor(later);
      },
    );
  }

  #onStateChange = (): void => {
    if (!this.hidden || isWrongKey(this.open)) void this.#check();
  };

  #check = async (): Promise<void> => {
    const isUnlocked = await this.#isUnlocked();
    this.hidden = isUnlocked && !this.#isWanted;
  };

  async #isUnlocked(): Promise<boolean> {
    const key = await this.open.client.getCrypto()?.getSessionBackupPrivateKey();
    return Boolean(key) && !isWrongKey(this.open);
  }
}

function wordsFor(error: unknown): string {
  if (error instanceof KeyBackupSyncError) return `${ENGLISH.failed[error.code]}. ${wayOut(error)}`;
  return error instanceof Error ? error.message : String(error);
}

function wayOut({ code, nextMove }: KeyBackupSyncError): string {
  return code === "recovery-key-unchecked" ? ENGLISH.recoveryKeyKept : ENGLISH.nextMove[nextMove];
}

function isWrongKey({ client }: OpenClient): boolean {
  const { state } = controllerFor(client);
  return state.status === "failed" && state.error.nextMove === "enter-recovery-key";
}

declare global {
  interface HTMLElementTagNameMap {
    "recovery-key-form": RecoveryKeyForm;
  }
}
