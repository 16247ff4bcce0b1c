/** Renders an element again each second for as long as it asks for it: for a countdown. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

const SECOND = 1000;

export class EverySecond implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #isWanted: () => boolean;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(host: ReactiveControllerHost & Element, isWanted: () => boolean) {
    this.#host = host;
    this.#isWanted = isWanted;
    host.addController(this);
  }

  hostConnected(): void {
    this.#host.requestUpdate();
  }

  hostUpdated(): void {
    // An element is updated once more after it has left the page: no timer may begin there.
    if (this.#host.isConnected && this.#isWanted())
      this.#timer ??= setInterval(() => this.#host.requestUpdate(), SECOND);
    else this.hostDisconnected();
  }

  hostDisconnected(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
