/** What the parts of the demo page share in looks. */
import { css } from "lit";

export const demoStyles = css`
  :host {
    display: block;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  h2 {
    margin: 0 0 0.75rem;
    font-size: 1.05rem;
    line-height: 1.3;
  }
  p {
    margin: 0 0 0.75rem;
  }
  /* The page speaks English, whatever direction it is put in. */
  p,
  .muted {
    text-align: -webkit-match-parent;
    text-align: match-parent;
    unicode-bidi: plaintext;
  }
  p:last-child,
  p:empty {
    margin: 0;
  }
  .muted {
    color: var(--demo-muted);
    font-size: 0.9rem;
  }
  .error {
    color: var(--demo-danger);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    align-items: center;
  }
  label {
    display: block;
    margin-bottom: 0.75rem;
    font-size: 0.9rem;
    font-weight: 600;
  }
  label.choice {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    font-weight: inherit;
  }
  input:not([type="checkbox"]),
  select {
    display: block;
    width: 100%;
    min-height: 2.5rem;
    margin-top: 0.25rem;
    padding: 0.4rem 0.6rem;
    font: inherit;
    font-weight: 400;
    color: inherit;
    background: var(--demo-surface);
    border: 1px solid var(--demo-border);
    border-radius: 0.5rem;
  }
  input[type="checkbox"] {
    width: 1.1rem;
    height: 1.1rem;
    accent-color: var(--demo-accent);
  }
  button {
    min-height: 2.5rem;
    padding: 0.4rem 0.9rem;
    font: inherit;
    font-size: 0.95rem;
    color: inherit;
    background: transparent;
    border: 1px solid var(--demo-border);
    border-radius: 0.5rem;
    cursor: pointer;
  }
  button:hover {
    border-color: currentcolor;
  }
  button.primary {
    font-weight: 600;
    color: var(--demo-on-accent);
    background: var(--demo-accent);
    border-color: transparent;
  }
  button:disabled {
    opacity: 0.6;
    cursor: default;
  }
  :focus-visible {
    outline: 2px solid var(--demo-accent);
    outline-offset: 2px;
  }
`;

export const cardStyles = css`
  :host {
    padding: 1.25rem;
    background: var(--demo-surface);
    border: 1px solid var(--demo-border);
    border-radius: 1rem;
  }
`;
