/** A connection on which data is dear: large downloads are for the person to allow. Engines that do not tell have none. */
import { Changes } from "./changes.js";

/** @see https://wicg.github.io/savedata/ */
interface NetworkInformation extends EventTarget {
  readonly saveData?: boolean;
}

export class MeteredConnection {
  readonly #changes = new Changes();
  #isAllowed = false;

  /** The person has said so: for as long as this page lives. */
  allow(): void {
    this.#isAllowed = true;
    this.#changes.note();
  }

  /** Resolves when a large download may begin; `onWait` is called if that is not now. Rejects with the abort's reason. */
  async untilAllowed(onWait: () => void, signal: AbortSignal): Promise<void> {
    const connection = connectionOfNow();
    const note = () => this.#changes.note();
    connection?.addEventListener?.("change", note);
    try {
      while (connection?.saveData && !this.#isAllowed) {
        const { count } = this.#changes;
        onWait();
        await this.#changes.moreThan(count, signal);
      }
    } finally {
      connection?.removeEventListener?.("change", note);
    }
  }
}

function connectionOfNow(): NetworkInformation | undefined {
  return (navigator as Navigator & { connection?: NetworkInformation }).connection;
}
