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

  /* Put on the page by startKeyBackupSync() for one question: what it waits for is above the app, in a corner. */
  :host([only-asks]) {
    position: fixed;
    inset-block-end: 1rem;
    inset-inline-end: 1rem;
    z-index: 2147483647;
    max-inline-size: min(24rem, 100vi - 2rem);
  }
  :host([only-asks]) .base {
    display: none;
  }
  :host([only-asks]) key-backup-reset-warning::part(finishing) {
    background: var(--_surface);
    border-radius: var(--_radius);
    box-shadow: 0 0.5rem 2rem rgb(0 0 0 / 30%);
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
