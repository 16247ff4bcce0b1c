/** How every story is shown: on a page that sets nothing but color scheme, direction and width, all three from the toolbar. */
import { type Preview, setCustomElementsManifest } from "@storybook/web-components-vite";
import { html } from "lit";
import { styleMap } from "lit/directives/style-map.js";
import { withActions } from "storybook/actions/decorator";
import customElements from "../../custom-elements.json";
import "../../components/index.js";

setCustomElementsManifest(customElements);

const REQUESTS = ["start", "pause", "resume", "stop", "recovery-key"].map((wish) => `key-backup-${wish}-request`);

const preview: Preview = {
  tags: ["autodocs"],
  parameters: {
    actions: { handles: REQUESTS },
    a11y: { test: "error" },
    backgrounds: { disable: true },
    controls: { expanded: true },
    layout: "fullscreen",
    options: {
      storySort: {
        order: ["Key backup sync", "Key backup reset warning", "Key backup progress", "Key backup controls", "Live"],
      },
    },
  },
  initialGlobals: { scheme: "light", direction: "ltr", width: "full" },
  globalTypes: {
    scheme: {
      description: "Color scheme",
      toolbar: { icon: "contrast", title: "Scheme", dynamicTitle: true, items: ["light", "dark"] },
    },
    direction: {
      description: "Writing direction",
      toolbar: { icon: "transfer", title: "Direction", dynamicTitle: true, items: ["ltr", "rtl"] },
    },
    width: {
      description: "Room for the element",
      toolbar: { icon: "grow", title: "Width", dynamicTitle: true, items: ["full", "360px", "240px"] },
    },
  },
  decorators: [
    withActions,
    (story, { globals }) => {
      const { scheme, direction, width } = globals as { scheme: string; direction: "ltr" | "rtl"; width: string };
      const page = { colorScheme: scheme, padding: "1.5rem", background: "Canvas", color: "CanvasText" };
      const room = { inlineSize: width === "full" ? "auto" : width };
      return html`<div dir=${direction} style=${styleMap(page)}><div style=${styleMap(room)}>${story()}</div></div>`;
    },
  ],
};

export default preview;
