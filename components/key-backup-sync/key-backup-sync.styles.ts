import { css } from "lit";

export const styles = css`
  :host {
    max-inline-size: 36rem;
  }

  /* Only the card is hidden: the warning before a reset must be seen all the same. */
  :host([hidden]) {
    display: contents !important;
  }
  :host([hidden]) .base,
  :host([hidden]) key-backup-reset-warning::part(finishing) {
    display: none;
  }

  .base {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_spacing);
    padding: calc(var(--_spacing) * 1.25);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
  }

  key-backup-reset-warning::part(finishing) {
    margin-block-start: calc(var(--_spacing) * 0.75);
  }

  .label {
    font-size: 0.8125rem;
    font-weight: 600;
    line-height: 1.3;
    color: var(--_muted);
  }
`;
