/** The whole of it, with a real client and the development homeserver of the demo page. */
import type { Meta, StoryObj } from "@storybook/web-components-vite";
import { html } from "lit";

const hasHomeserver = import.meta.env.DEV;

const meta: Meta = {
  title: "Live",
  // One client is enough: none on a page of documentation.
  tags: ["!autodocs"],
  parameters: { controls: { disable: true } },
  // Not at the top: a built Storybook then has no Matrix client in it.
  loaders: [async () => (hasHomeserver ? import("./live-client.js") : {})],
};

export default meta;

export const SampleAccount: StoryObj = {
  name: "Sample account",
  render: () =>
    hasHomeserver
      ? html`<live-client></live-client>`
      : html`<p>A built Storybook has no homeserver: the live story runs with “npm run storybook”.</p>`,
};
