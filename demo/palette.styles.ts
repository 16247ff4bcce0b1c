/** Colours and font for the parts of the demo page, set on whatever they are in. */
import { css } from "lit";

export const palette = css`
  :host {
    --demo-surface: light-dark(#fff, #1b1f20);
    --demo-text: light-dark(#17201e, #eef2f1);
    --demo-muted: light-dark(#55615e, #a6b1ae);
    --demo-border: light-dark(#dbe1df, #343b3c);
    --demo-accent: light-dark(#0b6e58, #52cfae);
    --demo-on-accent: light-dark(#fff, #06251d);
    --demo-danger: light-dark(#b3261e, #ff9a91);
    font:
      1rem / 1.5 system-ui,
      sans-serif;
    color: var(--demo-text);
  }
`;
