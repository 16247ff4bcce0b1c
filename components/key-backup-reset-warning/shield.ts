/**
 * Keeps an open dialog usable above a dialog of the app. That one may have a focus trap, which swallows every click and every Tab outside of
 * it, and may have hidden all the rest of the page from screen readers.
 */

/** What focus traps and scroll locks listen to. Without listeners, all of it still does what it does in a browser. */
const KEPT = [
  ...["pointerdown", "pointerup", "mousedown", "mouseup", "touchstart", "touchmove", "touchend", "wheel"],
  ...["click", "auxclick", "contextmenu", "dblclick", "keydown", "keypress", "keyup", "focusin", "focusout"],
];

export class Shield {
  readonly #dialog: Element;
  #hidden: readonly Element[] = [];

  constructor(dialog: Element) {
    this.#dialog = dialog;
  }

  up(): void {
    // Of all listeners on the way to the dialog, those of the window come first.
    for (const type of KEPT) window.addEventListener(type, this.#keep, { capture: true, passive: true });
    this.#hidden = ancestorsOf(this.#dialog).filter((ancestor) => ancestor.getAttribute("aria-hidden") === "true");
    for (const ancestor of this.#hidden) ancestor.removeAttribute("aria-hidden");
  }

  down(): void {
    for (const type of KEPT) window.removeEventListener(type, this.#keep, { capture: true });
    for (const ancestor of this.#hidden) if (isModalOpen(ancestor)) ancestor.setAttribute("aria-hidden", "true");
    this.#hidden = [];
  }

  #keep = (event: Event): void => {
    const [target] = event.composedPath();
    if (!target || !event.composedPath().includes(this.#dialog)) return;
    event.stopImmediatePropagation();
    // For the button's own listener. No mouse event, or the browser would do twice what a click does; and not beyond the shadow root.
    if (event.type === "click") target.dispatchEvent(new Event("click", { bubbles: true, cancelable: true }));
  };
}

/** From within shadow roots, too. */
function ancestorsOf(element: Element): Element[] {
  const parent = element.parentElement ?? (element.getRootNode() as Partial<ShadowRoot>).host;
  return parent ? [parent, ...ancestorsOf(parent)] : [];
}

/** Whoever hides an element hides all beside it, and shows them again at the end: what is hidden no more is left as it is. */
function isModalOpen({ parentElement }: Element): boolean {
  return parentElement?.querySelector(":scope > [aria-hidden='true']") != null;
}
