/** A signed-in client: its key backup on one side, its rooms on the other. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import "../components/index.js";
import type { KeyBackupSyncElement } from "../components/index.js";
import { guardBackupReset } from "../src/index.js";
import type { OpenClient } from "./client.js";
import { demoStyles } from "./demo.styles.js";
import type { SampleAccount } from "./development.js";
import "./homeserver-line.js";
import "./recovery-key-form.js";
import "./reset-backup.js";
import "./room-key-count.js";
import "./room-list.js";

@customElement("client-view")
export class ClientView extends LitElement {
  static override styles = [
    demoStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1rem;
        align-items: start;
      }
      [hidden] {
        display: none;
      }
      .side {
        display: contents;
      }
      key-backup-sync {
        max-inline-size: none;
      }
      homeserver-line {
        order: 1;
      }
      @media (min-width: 56rem) {
        :host {
          grid-template-columns: minmax(0, 28rem) minmax(0, 1fr);
        }
        .side {
          display: grid;
          grid-template-columns: minmax(0, 1fr);
          gap: 1rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) open!: OpenClient;
  /** Set if it is the development homeserver's. */
  @property({ attribute: false }) sample: SampleAccount | null = null;
  @query("key-backup-sync") private sync!: KeyBackupSyncElement;
  #takeOffGuard: () => void = () => {};

  /** Whether the person may be signed out. */
  confirmLogout(): Promise<boolean> {
    return this.sync.confirmLogout();
  }

  protected override firstUpdated(): void {
    this.#takeOffGuard = guardBackupReset(this.open.client, this.sync);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#takeOffGuard();
  }

  override render() {
    const { client } = this.open;
    return html`
      <div class="side">
        <recovery-key-form .open=${this.open} .sampleRecoveryKey=${this.#sampleRecoveryKey}></recovery-key-form>
        <key-backup-sync .client=${client} @key-backup-recovery-key-request=${this.#askForRecoveryKey}></key-backup-sync>
        <room-key-count .client=${client}></room-key-count>
        <reset-backup .open=${this.open}></reset-backup>
        ${this.sample ? html`<homeserver-line></homeserver-line>` : nothing}
      </div>
      <room-list .client=${client}></room-list>
    `;
  }

  #askForRecoveryKey = (): void => void this.renderRoot.querySelector("recovery-key-form")?.show();

  get #sampleRecoveryKey(): string | null {
    return this.sample?.userId === this.open.client.getUserId() ? (this.sample?.recoveryKey ?? null) : null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "client-view": ClientView;
  }
}
