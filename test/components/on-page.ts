/** What a person has of an element on the page: what is there to see, and keys and a mouse. */
import { sendKeys, sendMouse } from "../support/commands.mjs";

interface Updated extends Element {
  readonly updateComplete: Promise<unknown>;
}

/** All that match, in the shadow roots within too. */
export function all(root: ParentNode & { readonly shadowRoot?: ShadowRoot | null }, selector: string): HTMLElement[] {
  const scopes: ParentNode[] = root.shadowRoot ? [root.shadowRoot] : [root];
  return scopes.flatMap((scope) => [
    ...scope.querySelectorAll<HTMLElement>(selector),
    ...[...scope.querySelectorAll("*")].filter((child) => child.shadowRoot).flatMap((child) => all(child, selector)),
  ]);
}

/** The only one that matches. */
export function one(root: Element, selector: string): HTMLElement {
  const found = all(root, selector);
  if (found.length !== 1 || !found[0]) throw new Error(`There are ${found.length} ${selector}, and not one`);
  return found[0];
}

/** As they are read: no line breaks of the template. */
export function textOf(element: Element): string {
  return (element.textContent ?? "").replace(/\s+/g, " ").trim();
}

export const part = (root: Element, name: string): HTMLElement => one(root, `[part~="${name}"]`);

/** What the buttons say, from first to last; in brackets what cannot be pressed now. */
export function buttons(root: Element): string[] {
  return all(root, "button").map((it) =>
    it.getAttribute("aria-disabled") === "true" ? `(${textOf(it)})` : textOf(it),
  );
}

export function button(root: Element, name: string): HTMLElement {
  const found = all(root, "button").find((candidate) => textOf(candidate) === name);
  if (!found) throw new Error(`There is no button ${name}, only ${buttons(root).join(", ")}`);
  return found;
}

/** What has the focus, in whatever shadow root. */
function focused(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

/** By its name, for it is compared: to print an element, for a test that fails, takes the test runner minutes. */
export function focusedName(): string {
  const active = focused();
  if (!active || active === document.body) return "";
  return active.getAttribute("aria-label") ?? textOf(active);
}

/** With the mouse, in its middle. */
export async function press(target: Element): Promise<void> {
  target.scrollIntoView({ block: "center" });
  const { left, top, width, height } = target.getBoundingClientRect();
  await sendMouse({
    type: "click",
    position: [Math.round(left + width / 2), Math.round(top + height / 2)],
  });
}

/** By the Tab key, from the beginning of this element on. */
export async function tabTo(root: HTMLElement, target: Element): Promise<void> {
  const start = document.createElement("button");
  root.before(start);
  start.focus();
  for (let presses = 0; presses < 10 && focused() !== target; presses++) await sendKeys({ press: "Tab" });
  start.remove();
  if (focused() !== target) throw new Error(`The Tab key does not lead to ${textOf(target)}`);
}

/** The element and those within it have shown what they were given. */
export async function settled(element: Updated): Promise<void> {
  await element.updateComplete;
  for (const within of all(element, "*")) {
    if ("updateComplete" in within) await (within as unknown as Updated).updateComplete;
  }
}

/** As wide as a quarter of a phone. */
export const NARROW = "inline-size: 10rem";

/** Those of which a part sticks out at a side of the root. */
export function stickingOut(root: Element): string[] {
  const { left, right } = root.getBoundingClientRect();
  const outside = all(root, "p, li, button, [part~='label'], [part~='base']").filter((it) => {
    const box = it.getBoundingClientRect();
    return box.left < left - 0.5 || box.right > right + 0.5 || it.scrollWidth > it.clientWidth + 1;
  });
  return outside.map(textOf);
}
