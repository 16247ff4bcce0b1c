/** Resets the key backup, as for someone who lost the recovery key. Whether it may is asked by whoever guards the client. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { KeyBackupSyncError } from "../src/index.js";
import type { OpenClient } from "./client.js";
import { cardStyles, demoStyles } from "./demo.styles.js";

@customElement("reset-backup")
export class ResetBackup extends LitElement {
  static override styles = [
    demoStyles,
    cardStyles,
    css`
      [role="status"]:not(:empty) {
        margin-block-start: 0.75rem;
      }
      output {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) open!: OpenClient;
  @state() private busy = false;
  @state() private recoveryKey = "";
  @state() private said = "";

  override render() {
    return html`
      <h2>Lost the recovery key?</h2>
      <p class="muted">A reset deletes the backup, and makes another one with another recovery key.</p>
      <button ?disabled=${this.busy} @click=${this.#reset}>Reset backup…</button>
      <p role="status">${this.said}</p>
      ${this.recoveryKey ? html`<output>${this.recoveryKey}</output>` : nothing}
    `;
  }

  #reset = async (): Promise<void> => {
    this.busy = true;
    this.said = "";
    try {
      this.recoveryKey = await this.open.unlocker.reset(this.open.client);
      this.said = "The backup was reset. Its new recovery key, shown only here:";
    } catch (error) {
      this.said = wordsFor(error);
    } finally {
      this.busy = false;
    }
  };
}

function wordsFor(error: unknown): string {
  if (error instanceof KeyBackupSyncError && error.code === "reset-declined") return "Nothing was reset.";
  return error instanceof Error ? error.message : String(error);
}

declare global {
  interface HTMLElementTagNameMap {
    "reset-backup": ResetBackup;
  }
}
