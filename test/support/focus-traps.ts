/** Dialogs as apps have them, by the libraries that they have them from: each keeps the focus, and what is outside of it out of reach. */
import { Modal } from "@mui/material";
import * as Radix from "@radix-ui/react-dialog";
import { createFocusTrap } from "focus-trap";
import { createElement, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import FocusLock from "react-focus-lock";

export interface AppDialog {
  /** Whether the app's dialog is still there. */
  isOpen(): boolean;
  close(): void;
}

const TEXT = "The dialog of the app";

/** By name of the library. */
export const APP_DIALOGS: Readonly<Record<string, () => AppDialog>> = {
  "focus-trap": () => {
    const box = document.createElement("div");
    box.innerHTML = `${TEXT} <button>Reset</button>`;
    document.body.append(box);
    const trap = createFocusTrap(box, { clickOutsideDeactivates: false, escapeDeactivates: true }).activate();
    const close = () => {
      trap.deactivate();
      box.remove();
    };
    return { isOpen: () => trap.active, close };
  },
  "react-focus-lock": () =>
    rendered((close) => [createElement(FocusLock, { returnFocus: true, key: "lock" }, button(close))]),
  "Radix UI": () =>
    rendered((close) => [
      createElement(
        Radix.Root,
        { open: true, onOpenChange: close, key: "root" },
        createElement(Radix.Portal, null, createElement(Radix.Content, null, createElement(Radix.Title, null, TEXT))),
      ),
    ]),
  "Material UI": () =>
    rendered((close) => [
      createElement(Modal, {
        open: true,
        onClose: close,
        key: "modal",
        // biome-ignore lint/correctness/noChildrenProp: its type wants them so
        children: createElement("div", null, button(close)),
      }),
    ]),
  "the attribute inert on all the rest": () => {
    const rest = [...document.body.children];
    for (const element of rest) element.toggleAttribute("inert", true);
    const box = document.createElement("div");
    box.innerHTML = `${TEXT} <button>Reset</button>`;
    document.body.append(box);
    const close = () => {
      for (const element of rest) element.toggleAttribute("inert", false);
      box.remove();
    };
    return { isOpen: () => box.isConnected, close };
  },
};

const button = (onClick: () => void) => createElement("button", { type: "button", onClick }, TEXT);

function rendered(content: (close: () => void) => ReactNode): AppDialog {
  const box = document.createElement("div");
  document.body.append(box);
  const root = createRoot(box);
  const close = () => {
    root.unmount();
    box.remove();
  };
  flushSync(() => root.render(content(close)));
  return { isOpen: () => document.body.textContent?.includes(TEXT) ?? false, close };
}
