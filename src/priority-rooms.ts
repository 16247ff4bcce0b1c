/** Rooms whose room keys are wanted before all others: those that somebody is looking at. Each is wanted once. */
import { Changes } from "./changes.js";

export class PriorityRooms {
  readonly #wanted: string[] = [];
  readonly #known = new Set<string>();
  readonly #added = new Changes();

  add(roomId: string): void {
    if (this.#known.has(roomId)) return;
    this.#known.add(roomId);
    this.#wanted.push(roomId);
    this.#added.note();
  }

  get isAnyWanted(): boolean {
    return this.#wanted.length > 0;
  }

  /** Resolves as soon as a room is wanted. Rejects with the abort's reason. */
  async any(signal: AbortSignal): Promise<void> {
    while (!this.isAnyWanted) await this.#added.moreThan(this.#added.count, signal);
  }

  /** The next room, which is no longer wanted then. */
  take(): string | undefined {
    return this.#wanted.shift();
  }
}
