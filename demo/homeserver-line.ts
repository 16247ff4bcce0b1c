/** How fast and how faithful the line to the development homeserver is. For no other homeserver. */
import { css, html, LitElement } from "lit";
import { customElement, state } from "lit/decorators.js";
import { cardStyles, demoStyles } from "./demo.styles.js";
import { changeLine, dropLine, failNext, getLineSettings, type LineSettings } from "./development.js";

const SPEEDS: readonly (readonly [bytesPerSecond: number | null, label: string])[] = [
  [null, "as fast as it goes"],
  [10_000_000, "10 MB a second"],
  [1_000_000, "1 MB a second"],
  [200_000, "200 kB a second"],
  [50_000, "50 kB a second"],
];
const DELAYS: readonly number[] = [0, 1000, 5000, 20_000];

@customElement("homeserver-line")
export class HomeserverLine extends LitElement {
  static override styles = [
    demoStyles,
    cardStyles,
    css`
      .said:not(:empty) {
        margin-top: 0.75rem;
      }
    `,
  ];

  @state() private settings: LineSettings | null = null;
  @state() private said = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void getLineSettings().then((settings) => (this.settings = settings));
  }

  override render() {
    const { settings } = this;
    if (!settings) return html`<h2>Line to the homeserver</h2>`;
    return html`
      <h2>Line to the homeserver</h2>
      <label>
        Speed
        <select name="speed" @change=${this.#changeSpeed}>
          ${SPEEDS.map(([speed, label]) => option(String(speed), label, speed === settings.bytesPerSecond))}
        </select>
      </label>
      <label>
        Time to the first byte of the backup
        <select name="delay" @change=${this.#changeDelay}>
          ${DELAYS.map((delay) => option(String(delay), `${delay / 1000} s`, delay === settings.firstByteDelay))}
        </select>
      </label>
      <label class="choice">
        <input type="checkbox" name="offline" .checked=${settings.offline} @change=${this.#changeOffline} />
        Homeserver cannot be reached
      </label>
      <div class="row">
        <button @click=${() => this.#harm(dropLine(), "The connection was dropped.")}>Drop the connection</button>
        <button @click=${() => this.#harm(failNext(503), "The next download fails with 503.")}>Fail the next download</button>
        <button @click=${() => this.#harm(failNext(429), "The next download is told to wait (429).")}>Rate-limit it</button>
      </div>
      <p class="muted said" role="status">${this.said}</p>
    `;
  }

  #changeSpeed = ({ target }: Event): void => {
    const { value } = target as HTMLSelectElement;
    void this.#change({ bytesPerSecond: value === "null" ? null : Number(value) });
  };

  #changeDelay = ({ target }: Event): void => {
    void this.#change({ firstByteDelay: Number((target as HTMLSelectElement).value) });
  };

  #changeOffline = ({ target }: Event): void => {
    void this.#change({ offline: (target as HTMLInputElement).checked });
  };

  async #change(settings: Partial<LineSettings>): Promise<void> {
    this.settings = await changeLine(settings);
  }

  async #harm(done: Promise<unknown>, said: string): Promise<void> {
    await done;
    this.said = said;
  }
}

function option(value: string, label: string, selected: boolean) {
  return html`<option value=${value} ?selected=${selected}>${label}</option>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "homeserver-line": HomeserverLine;
  }
}
