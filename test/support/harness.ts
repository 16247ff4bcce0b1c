/** A page of a test's own, in an iframe of the same origin, that runs one module and can really be reloaded and removed. */

export interface HarnessPage<Exports> {
  /** Of the present document: another one after a reload. */
  readonly window: Window & typeof globalThis;
  /** What the module exports, from within the page. */
  readonly exports: Exports;
  /** As by the reload button. Resolves when the module has run again. */
  reload(): Promise<void>;
  /** As by closing the tab. */
  remove(): void;
}

interface HarnessWindow<Exports> extends Window {
  /** Set by harness.html. */
  harness: Promise<Exports>;
}

/** `module` is a path from the root, such as "/test/support/harness/some-module.ts"; `parameters` end up in its `location.search`. */
export async function openHarness<Exports>(
  module: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<HarnessPage<Exports>> {
  const frame = document.createElement("iframe");
  frame.src = `/test/support/harness.html?${new URLSearchParams({ ...parameters, module })}`;
  let exports = await whenLoaded<Exports>(frame, () => document.body.append(frame));
  return {
    get window() {
      return frame.contentWindow as Window & typeof globalThis;
    },
    get exports() {
      return exports;
    },
    async reload() {
      exports = await whenLoaded<Exports>(frame, () => frame.contentWindow?.location.reload());
    },
    remove: () => frame.remove(),
  };
}

async function whenLoaded<Exports>(frame: HTMLIFrameElement, load: () => void): Promise<Exports> {
  await new Promise((resolve) => {
    frame.addEventListener("load", resolve, { once: true });
    load();
  });
  return await (frame.contentWindow as unknown as HarnessWindow<Exports>).harness;
}
