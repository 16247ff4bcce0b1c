import { css } from "lit";
import { ownDirection } from "../tokens.styles.js";

export const styles = css`
  /* It takes no place: the dialog is above the page. */
  :host {
    display: contents;
  }

  dialog {
    /* A dialog of the app may have taken the pointer from all of the page. */
    pointer-events: auto;
    inline-size: min(34rem, 100vi - 1.5rem);
    max-block-size: calc(100dvb - 1.5rem);
    padding: calc(var(--_spacing) * 1.5);
    overflow-y: auto;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    box-shadow: 0 1rem 3rem rgb(0 0 0 / 30%);
  }
  dialog[open] {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_spacing);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 55%);
  }

  .finishing {
    display: grid;
    gap: calc(var(--_spacing) * 0.75);
    padding: var(--_spacing);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
  }

  .title,
  p,
  ul {
    margin: 0;
    padding: 0;
  }
  .title {
    font-size: 1.25rem;
    line-height: 1.3;
    text-wrap: balance;
  }
  .message {
    text-wrap: pretty;
  }

  .title,
  .message,
  .trouble,
  .losses :is(p, li),
  .agreement span {
    ${ownDirection}
  }

  .losses {
    display: grid;
    gap: calc(var(--_spacing) * 0.375);
    padding-inline-start: calc(var(--_spacing) * 0.75);
    font-variant-numeric: tabular-nums;
    border-inline-start: 3px solid var(--_danger);
  }
  .losses ul {
    display: grid;
    gap: calc(var(--_spacing) * 0.375);
    font-weight: 600;
    list-style: none;
  }
  .trouble {
    color: var(--_danger);
  }

  .agreement {
    display: flex;
    gap: calc(var(--_spacing) * 0.625);
    align-items: center;
    min-block-size: 2.75rem;
    font-weight: 600;
    cursor: pointer;
  }
  input[type="checkbox"] {
    flex: none;
    inline-size: 1.5rem;
    block-size: 1.5rem;
    margin: 0.25rem;
    accent-color: var(--_danger);
  }
  input:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: calc(var(--_spacing) * 0.5);
  }
  /* As far as can be from the others. */
  .actions .danger {
    margin-inline-start: auto;
  }
  .actions .danger:not([aria-disabled]) {
    border-color: currentcolor;
  }

  @media (max-width: 30rem) {
    dialog {
      padding: var(--_spacing);
    }
    .actions > * {
      flex: 1 1 100%;
    }
  }
`;
