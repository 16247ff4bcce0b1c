/** The person at the device, who is asked before the backup goes. */
import { until } from "../../support/until.js";
import type { Way } from "./wire.js";

function all<Found extends HTMLElement>(root: Element | ShadowRoot, selector: string): Found[] {
  const scopes = root instanceof Element && root.shadowRoot ? [root.shadowRoot] : [root];
  return scopes.flatMap((scope) => [
    ...scope.querySelectorAll<Found>(selector),
    ...[...scope.querySelectorAll("*")].flatMap(({ shadowRoot }) =>
      shadowRoot ? all<Found>(shadowRoot, selector) : [],
    ),
  ]);
}

/** In the dialog that is open. */
function find(element: Element, name: string): HTMLButtonElement | undefined {
  const dialogs = all(element, "dialog[open]");
  const buttons = dialogs.flatMap((dialog) => all<HTMLButtonElement>(dialog, "button"));
  return buttons.find((button) => button.textContent?.trim() === name && button.ariaDisabled !== "true");
}

async function press(element: Element, name: string): Promise<void> {
  await until(() => find(element, name) !== undefined, `a button ${name}`);
  find(element, name)?.click();
}

/** Agrees to the call, in that way, unless it comes to its end by itself. */
export async function agree(element: Element, way: Exclude<Way, "unguarded">, call: Promise<void>): Promise<void> {
  let isDone = false;
  const done = call.finally(() => {
    isDone = true;
  });
  await until(() => isDone || find(element, "Reset anyway…") !== undefined, "the question");
  if (isDone) return done;
  if (way === "anyway") await loseKeys(element);
  else await finishFirst(element);
  return done;
}

/** The question comes once more at the end. */
async function finishFirst(element: Element): Promise<void> {
  await press(element, "Finish first, then reset");
  await press(element, "Reset");
}

async function loseKeys(element: Element): Promise<void> {
  await press(element, "Reset anyway…");
  const checkbox = () => all<HTMLInputElement>(element, "dialog[open] [type='checkbox']")[0];
  await until(() => checkbox() !== undefined, "the second step");
  checkbox()?.click();
  await press(element, "Reset and lose keys");
}
