/** The human at the device, who is asked before keys are lost. */
import { until } from "../../support/until.js";
import type { Answer } from "./wire.js";

interface Words {
  readonly finish: readonly string[];
  readonly goOn: string;
  readonly anyway: string;
  readonly confirm: string;
}

const RESET: Words = {
  finish: ["Finish first, then reset"],
  goOn: "Reset",
  anyway: "Reset anyway…",
  confirm: "Reset and lose keys",
};

const LOG_OUT: Words = {
  finish: ["Finish the upload first", "Finish first, then log out"],
  goOn: "Log out",
  anyway: "Log out anyway…",
  confirm: "Log out and lose keys",
};

function all<Found extends HTMLElement>(root: Element | ShadowRoot, selector: string): Found[] {
  const scopes = root instanceof Element && root.shadowRoot ? [root.shadowRoot] : [root];
  return scopes.flatMap((scope) => [
    ...scope.querySelectorAll<Found>(selector),
    ...[...scope.querySelectorAll("*")].flatMap(({ shadowRoot }) =>
      shadowRoot ? all<Found>(shadowRoot, selector) : [],
    ),
  ]);
}

function isNamed(button: HTMLButtonElement, name: string): boolean {
  return button.textContent?.trim() === name && button.ariaDisabled !== "true";
}

/** On the card, outside of dialogs. A question that a press before this one led to is answered first: what is wanted is to come to its end. */
export function pressOnCard(element: Element, name: string): boolean {
  if (all(element, "dialog[open]").length > 0) {
    if (find(element, RESET.anyway)) ANSWERS.lose(element, RESET, () => false).catch(() => {});
    return true;
  }
  const button = all<HTMLButtonElement>(element, "button").find((it) => isNamed(it, name));
  button?.click();
  return button !== undefined;
}

/** In the dialog that is open: the first of these that is there. */
function find(element: Element, ...names: string[]): HTMLButtonElement | undefined {
  const dialogs = all(element, "dialog[open]");
  const buttons = dialogs.flatMap((dialog) => all<HTMLButtonElement>(dialog, "button"));
  return names.flatMap((name) => buttons.find((button) => isNamed(button, name)) ?? [])[0];
}

async function press(element: Element, ...names: string[]): Promise<void> {
  await until(() => find(element, ...names) !== undefined, `a button ${names.join(" or ")}`);
  find(element, ...names)?.click();
}

export function agreeToReset<Value>(element: Element, answer: Answer, call: Promise<Value>): Promise<Value> {
  return agree(element, RESET, answer, call);
}

export function agreeToSignOut<Value>(element: Element, answer: Answer, call: Promise<Value>): Promise<Value> {
  return agree(element, LOG_OUT, answer, call);
}

/** Answers the question in that way, unless the call comes to its end by itself. */
async function agree<Value>(element: Element, words: Words, answer: Answer, call: Promise<Value>): Promise<Value> {
  let isDone = false;
  const done = call.finally(() => {
    isDone = true;
  });
  done.catch(() => {});
  await until(() => isDone || find(element, words.anyway, words.goOn) !== undefined, "the question");
  if (!isDone) await ANSWERS[answer](element, words, () => isDone);
  return done;
}

const ANSWERS: Readonly<Record<Answer, (element: Element, words: Words, isDone: () => boolean) => Promise<void>>> = {
  stay: (element) => press(element, "Cancel"),
  /** The question comes once more at the end. Where something is not finished, or cannot be, it is as with `stay`. */
  async finish(element, { finish, goOn, anyway }, isDone) {
    find(element, ...finish)?.click();
    await until(() => isDone() || find(element, ...finish) === undefined, "an answer to that");
    await until(() => isDone() || find(element, goOn, anyway) !== undefined, "the question once more");
    if (!isDone()) find(element, goOn, "Cancel")?.click();
  },
  async lose(element, { anyway, confirm }) {
    await press(element, anyway);
    const checkbox = () => all<HTMLInputElement>(element, "dialog[open] [type='checkbox']")[0];
    await until(() => checkbox() !== undefined, "the second step");
    checkbox()?.click();
    await press(element, confirm);
  },
};
