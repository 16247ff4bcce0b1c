/**
 * The element at work: signs in to the sample account of the development homeserver by itself, and gives the recovery key by itself. A
 * reload goes on with the same device.
 */
import { css, html, LitElement, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { HttpApiEvent } from "matrix-js-sdk";
import "../components/index.js";
import { type OpenClient, openClient, signOut } from "../demo/client.js";
import { demoStyles } from "../demo/demo.styles.js";
import { getSampleAccount, type SampleAccount } from "../demo/development.js";
import "../demo/homeserver-line.js";
import { palette } from "../demo/palette.styles.js";
import "../demo/room-key-count.js";
import { forgetSession, keepSession, keptSession, type Session } from "../demo/session.js";
import { signIn } from "../demo/sign-in.js";

@customElement("live-client")
export class LiveClient extends LitElement {
  static override styles = [
    palette,
    demoStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
        gap: 1rem;
        align-items: start;
      }
      .run {
        display: grid;
        gap: 1rem;
        justify-items: start;
      }
      .run > :not(button) {
        inline-size: 100%;
      }
    `,
  ];

  @state() private open: OpenClient | null = null;
  @state() private notice = "Opening…";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#begin(keptSession());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.open?.client.stopClient();
  }

  override render() {
    const { open } = this;
    if (!open) return html`<p role="status">${this.notice}</p>`;
    return html`
      <div class="run">
        <key-backup-sync .client=${open.client}></key-backup-sync>
        <button @click=${this.#beginAnew}>Begin anew</button>
        ${this.notice ? html`<p class="error" role="alert">${this.notice}</p>` : nothing}
      </div>
      <div class="run">
        <room-key-count .client=${open.client}></room-key-count>
        <homeserver-line></homeserver-line>
      </div>
    `;
  }

  #beginAnew = async (): Promise<void> => {
    const { open } = this;
    this.open = null;
    this.notice = "Opening…";
    forgetSession();
    if (open) await signOut(open.client);
    await this.#begin(null);
  };

  async #begin(kept: Session | null): Promise<void> {
    const sample = await getSampleAccount();
    if (!sample) return this.#say("The development homeserver does not answer.");
    try {
      const session = kept ?? (await signInTo(sample));
      keepSession(session);
      const open = await openClient(session);
      open.client.once(HttpApiEvent.SessionLoggedOut, this.#beginAnew);
      this.open = open;
      this.#say("");
      await unlock(open, sample);
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  #say(notice: string): void {
    this.notice = notice;
  }
}

function signInTo({ userId, password }: SampleAccount): Promise<Session> {
  return signIn({ homeserver: location.origin, user: userId, password });
}

async function unlock({ client, unlocker }: OpenClient, { recoveryKey }: SampleAccount): Promise<void> {
  const isKnown = await client.getCrypto()?.getSessionBackupPrivateKey();
  if (!isKnown) await unlocker.unlock(client, recoveryKey);
}

declare global {
  interface HTMLElementTagNameMap {
    "live-client": LiveClient;
  }
}
