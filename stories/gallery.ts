/** Many examples side by side, each under its name; and the stories that all elements of a state have. */
import type { StoryObj } from "@storybook/web-components-vite";
import { html, type TemplateResult } from "lit";
import type { KeyBackupSyncState } from "../src/state.js";
import { BY_STATUS, STATES } from "./states.fixtures.js";

const STYLE = `
  .gallery { display: grid; gap: 2rem 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); align-items: start; }
  .gallery figure { margin: 0; min-inline-size: 0; }
  .gallery figcaption { margin-block-end: 0.5rem; font: 0.75rem/1.4 system-ui, sans-serif; opacity: 0.8; }
`;

export interface StateArgs {
  readonly state: KeyBackupSyncState;
}

export type StateStory = StoryObj<StateArgs>;

/** What the stories of an element have in common that takes a state. */
export function argsAndRender(show: (state: KeyBackupSyncState) => TemplateResult) {
  return { render: ({ state }: StateArgs) => show(state), args: { state: BY_STATUS.downloading.Downloading } };
}

export function galleryOfStates(show: (state: KeyBackupSyncState) => TemplateResult): TemplateResult {
  return html`
    <style>
      ${STYLE}
    </style>
    <div class="gallery">
      ${STATES.map(([name, state]) => html`<figure><figcaption>${name}</figcaption>${show(state)}</figure>`)}
    </div>
  `;
}
