import { css } from "lit";
import { ownDirection } from "../tokens.styles.js";

export const styles = css`
  .base {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: calc(var(--_spacing) * 0.75);
    justify-items: start;
  }
  .base > * {
    max-inline-size: 100%;
  }

  p {
    margin: 0;
  }
  p:empty {
    display: none;
  }

  .kinds,
  .field {
    display: grid;
    inline-size: 100%;
  }
  .kind {
    display: flex;
    gap: calc(var(--_spacing) * 0.625);
    align-items: center;
    min-block-size: 2.75rem;
    padding-block: 0.25rem;
    font-weight: 600;
    cursor: pointer;
  }
  .kind input {
    flex: none;
    inline-size: 1.25rem;
    block-size: 1.25rem;
    margin: 0.25rem;
    accent-color: var(--_accent);
  }
  small {
    display: block;
    font-size: 0.875rem;
    font-weight: 400;
    color: var(--_muted);
  }

  .field {
    gap: 0.25rem;
    font-size: 0.9375rem;
    font-weight: 600;
  }
  .field input {
    inline-size: 100%;
    min-block-size: 2.75rem;
    padding: 0.5rem 0.75rem;
    font: inherit;
    font-size: 1rem;
    font-weight: 400;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_muted);
    border-radius: calc(var(--_radius) * 0.5);
  }
  .field input[aria-invalid="true"] {
    border-color: var(--_danger);
  }
  input:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }

  .hint {
    font-size: 0.875rem;
    color: var(--_muted);
  }
  .complaint {
    color: var(--_danger);
  }
  .outcome {
    font-weight: 600;
  }
  .left-out {
    display: block;
    font-weight: normal;
    color: var(--_danger);
  }

  .kind span,
  small,
  p {
    ${ownDirection}
  }
`;
