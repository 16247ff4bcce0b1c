/** The whole page: signed out, opening, or signed in. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { HttpApiEvent } from "matrix-js-sdk";
import { forgetClient, type OpenClient, openClient, signOut } from "./client.js";
import { demoStyles } from "./demo.styles.js";
import { getSampleAccount, type SampleAccount } from "./development.js";
import "./client-view.js";
import type { ClientView } from "./client-view.js";
import { palette } from "./palette.styles.js";
import "./sign-in-form.js";
import { forgetSession, keepSession, keptSession, type Session } from "./session.js";

@customElement("demo-page")
export class DemoPage extends LitElement {
  static override styles = [
    palette,
    demoStyles,
    css`
      :host {
        max-width: 72rem;
        margin: 0 auto;
        padding: 1rem;
      }
      header {
        justify-content: space-between;
        margin-bottom: 1rem;
      }
      h1 {
        margin: 0;
        font-size: 1.25rem;
      }
      sign-in-form {
        max-width: 26rem;
        margin: 2rem auto;
      }
    `,
  ];

  @state() private sample: SampleAccount | null = null;
  @state() private open: OpenClient | null = null;
  @state() private isOpening = true;
  @state() private notice = "";
  @query("client-view") private view!: ClientView | null;

  override async firstUpdated(): Promise<void> {
    this.sample = await getSampleAccount();
    const session = keptSession();
    if (session) await this.#begin(session);
    this.isOpening = false;
  }

  override render() {
    return html`
      <header class="row">
        <h1>Key backup sync</h1>
        ${this.open ? this.#viewOfUser(this.open) : nothing}
      </header>
      <main>${this.#viewOfMain()}</main>
    `;
  }

  #viewOfUser(open: OpenClient) {
    return html`<div class="row">
      <span class="muted">${open.client.getUserId()}</span>
      <button @click=${() => this.#signOut(open)}>Sign out</button>
    </div>`;
  }

  #viewOfMain() {
    if (this.open) {
      const isDevelopment = this.open.client.getHomeserverUrl() === location.origin;
      return html`<client-view .open=${this.open} .sample=${isDevelopment ? this.sample : null}></client-view>`;
    }
    if (this.isOpening) return html`<p class="muted">Opening…</p>`;
    return html`<sign-in-form .sample=${this.sample} .notice=${this.notice} @signed-in=${this.#onSignedIn}></sign-in-form>`;
  }

  #onSignedIn = async ({ detail: session }: CustomEvent<Session>): Promise<void> => {
    keepSession(session);
    this.isOpening = true;
    await this.#begin(session);
    this.isOpening = false;
  };

  async #begin(session: Session): Promise<void> {
    try {
      const open = await openClient(session);
      open.client.once(HttpApiEvent.SessionLoggedOut, () => this.#onLoggedOut(open));
      this.open = open;
    } catch (error) {
      this.notice = `The session cannot be opened: ${error instanceof Error ? error.message : error}`;
    }
  }

  async #signOut({ client }: OpenClient): Promise<void> {
    if (!(await this.view?.confirmLogout())) return;
    this.#close("");
    await signOut(client);
  }

  async #onLoggedOut({ client }: OpenClient): Promise<void> {
    if (this.open?.client !== client) return;
    this.#close(
      "The homeserver no longer knows your session. A development homeserver forgets all when it is restarted.",
    );
    await forgetClient(client);
  }

  #close(notice: string): void {
    this.open = null;
    this.notice = notice;
    forgetSession();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "demo-page": DemoPage;
  }
}
