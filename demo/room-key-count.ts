/** How many room keys are in the crypto store, counted there. */
import { html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type MatrixClient, MatrixEventEvent } from "matrix-js-sdk";
import { controllerFor } from "../src/index.js";
import { countRoomKeys } from "./client.js";
import { cardStyles, demoStyles } from "./demo.styles.js";

@customElement("room-key-count")
export class RoomKeyCount extends LitElement {
  static override styles = [demoStyles, cardStyles];

  @property({ attribute: false }) client!: MatrixClient;
  @state() private count: number | null = null;
  #isCounting = false;
  #isStale = false;

  override connectedCallback(): void {
    super.connectedCallback();
    controllerFor(this.client).addEventListener("statechange", this.#recount);
    this.client.on(MatrixEventEvent.Decrypted, this.#recount);
    void this.#recount();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    controllerFor(this.client).removeEventListener("statechange", this.#recount);
    this.client.off(MatrixEventEvent.Decrypted, this.#recount);
  }

  override render() {
    const count = this.count === null ? "…" : this.count.toLocaleString("en");
    return html`<h2>Crypto store</h2>
      <output>${count}</output> <span class="muted">room keys on this device</span>`;
  }

  #recount = async (): Promise<void> => {
    this.#isStale = true;
    if (this.#isCounting) return;
    this.#isCounting = true;
    try {
      while (this.#isStale && this.isConnected) {
        this.#isStale = false;
        this.count = await countRoomKeys(this.client);
      }
    } finally {
      this.#isCounting = false;
    }
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "room-key-count": RoomKeyCount;
  }
}
