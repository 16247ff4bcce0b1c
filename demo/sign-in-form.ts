/** Asks where and as whom to sign in. Dispatches `signed-in` with the session. */
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { cardStyles, demoStyles } from "./demo.styles.js";
import type { SampleAccount } from "./development.js";
import type { Session } from "./session.js";
import { signIn, signInProblem } from "./sign-in.js";

@customElement("sign-in-form")
export class SignInForm extends LitElement {
  static override styles = [demoStyles, cardStyles];

  @property({ attribute: false }) sample: SampleAccount | null = null;
  /** Why the person has to sign in again, if that is so. */
  @property() notice = "";
  @state() private busy = false;
  @state() private problem = "";

  override render() {
    const { sample } = this;
    return html`
      <form @submit=${this.#submit}>
        <h2>Sign in</h2>
        ${this.notice ? html`<p role="status">${this.notice}</p>` : nothing}
        ${sample ? html`<p class="muted">The sample account is filled in; any other homeserver works too.</p>` : nothing}
        <label>
          Homeserver
          <input name="homeserver" required .value=${sample ? location.origin : ""} placeholder="https://matrix.example.org"
            autocapitalize="none" spellcheck="false" />
        </label>
        <label>
          User
          <input name="user" required .value=${sample?.userId ?? ""} autocomplete="username" autocapitalize="none" spellcheck="false" />
        </label>
        <label>
          Password
          <input name="password" type="password" required .value=${sample?.password ?? ""} autocomplete="current-password" />
        </label>
        ${this.problem ? html`<p class="error" role="alert">${this.problem}</p>` : nothing}
        <button class="primary" ?disabled=${this.busy}>${this.busy ? "Signing in…" : "Sign in"}</button>
      </form>
    `;
  }

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const field = (name: string) => String(form.get(name) ?? "");
    this.busy = true;
    this.problem = "";
    try {
      const credentials = { homeserver: field("homeserver"), user: field("user"), password: field("password") };
      const detail = await signIn(credentials);
      this.dispatchEvent(new CustomEvent<Session>("signed-in", { detail }));
    } catch (error) {
      this.problem = signInProblem(error);
    } finally {
      this.busy = false;
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "sign-in-form": SignInForm;
  }
}
