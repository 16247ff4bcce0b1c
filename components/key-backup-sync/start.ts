/** Without an element on the page: starts at the place where the client is made, and has its own place to ask at. */
import {
  controllerFor,
  type GuardableClient,
  type GuardOptions,
  guardBackupReset,
  type MatrixClientLike,
  type ResetConfirmation,
  type ResetQuestion,
  readinessOf,
} from "../../src/index.js";
import { UntilReady } from "../../src/until-ready.js";
import type { KeyBackupSyncStrings } from "../strings.js";
import { KeyBackupSyncElement } from "./key-backup-sync.js";

export interface StartOptions extends GuardOptions {
  /** Waits for `controllerFor(client).start()`, in place of starting by itself. */
  readonly manual?: boolean;
  /** The words of the dialog, in the language of the host. */
  readonly strings?: KeyBackupSyncStrings;
}

/** Milliseconds: a reset may be a press away as soon as the crypto is there. */
const LONGEST_WAIT = 250;

/**
 * Starts the download of a client as soon as it is logged in and `initRustCrypto()` has finished, and asks before a reset from then on, in a
 * dialog that it puts on the page by itself: also before any element is there. Elements of the same client, anywhere and at any time, show
 * the same run.
 *
 * @returns how to end it: the guard is taken off, and nothing is started any more. A run that goes on is left as it is
 */
export function startKeyBackupSync(client: MatrixClientLike & GuardableClient, options: StartOptions = {}): () => void {
  let takeOff = () => {};
  const begin = () => {
    if (readinessOf(client) !== "ready") return;
    takeOff = guardBackupReset(client, new DialogOnPage(client, options), options);
    if (!options.manual) void controllerFor(client).autoStart();
  };
  const untilReady = new UntilReady(begin, LONGEST_WAIT);
  if (readinessOf(client) === "not-yet") untilReady.wait(() => readinessOf(client) !== "not-yet");
  else begin();
  return () => {
    untilReady.stop();
    takeOff();
  };
}

/** An element for as long as it asks. */
class DialogOnPage implements ResetConfirmation {
  readonly #client: MatrixClientLike;
  readonly #options: StartOptions;
  #element: KeyBackupSyncElement | null = null;
  #questions = 0;

  constructor(client: MatrixClientLike, options: StartOptions) {
    this.#client = client;
    this.#options = options;
  }

  async confirmReset(question: ResetQuestion): Promise<boolean> {
    this.#questions++;
    this.#element ??= this.#appear();
    try {
      return await this.#element.confirmReset(question);
    } finally {
      if (--this.#questions === 0) this.#disappear();
    }
  }

  #appear(): KeyBackupSyncElement {
    const element = new KeyBackupSyncElement();
    element.setAttribute("only-asks", "");
    element.manual = true;
    element.client = this.#client;
    if (this.#options.strings) element.strings = this.#options.strings;
    document.body.append(element);
    return element;
  }

  #disappear(): void {
    this.#element?.remove();
    this.#element = null;
  }
}
