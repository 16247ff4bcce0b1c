/**
 * Room keys that went in as backed up in another version than the one that the client uploaded to when they were written, which may be none.
 * The crypto store keeps no version with that mark: whichever backup the client uploads to next, it counts them as being in it.
 */
export class MarkedElsewhere {
  readonly #getActive: () => Promise<string | null>;
  readonly #backUpAgain: () => Promise<void>;
  readonly #versions = new Set<string>();
  #settling: Promise<void> = Promise.resolve();

  /** @param getActive the version that the client uploads to, `null` for none */
  constructor(getActive: () => Promise<string | null>, backUpAgain: () => Promise<void>) {
    this.#getActive = getActive;
    this.#backUpAgain = backUpAgain;
  }

  /** Room keys have gone in as backed up in that version. */
  async imported(version: string): Promise<void> {
    if ((await this.#getActive()) !== version) this.#versions.add(version);
    await this.settle();
  }

  /** As soon as the client uploads to one: has it upload all of them again, unless it is the right one. */
  settle(): Promise<void> {
    this.#settling = this.#settling.catch(() => {}).then(() => this.#settle());
    return this.#settling;
  }

  async #settle(): Promise<void> {
    if (this.#versions.size === 0) return;
    // Not before there is one: a look at the homeserver in the midst of a reset makes some clients forget the one that is just being made.
    const active = await this.#getActive();
    if (active === null) return;
    if ([...this.#versions].some((version) => version !== active)) await this.#backUpAgain();
    this.#versions.clear();
  }
}
