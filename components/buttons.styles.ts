/** What the elements' buttons share in looks: a plain one, the one that the person most likely wants, and one that cannot be undone. */
import { css } from "lit";

export const buttons = css`
  button {
    flex: 0 1 auto;
    min-inline-size: 5.5rem;
    min-block-size: 2.75rem;
    padding: 0.5rem 1.125rem;
    font: inherit;
    font-size: 0.9375rem;
    font-weight: 600;
    line-height: 1.25;
    color: var(--_text);
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) * 0.75);
    cursor: pointer;
    touch-action: manipulation;
    /* The words may run in another direction than the page. */
    unicode-bidi: plaintext;
    transition:
      color 0.15s,
      background-color 0.15s,
      border-color 0.15s;
  }

  .primary {
    color: var(--_surface);
    background: var(--_accent);
    border-color: transparent;
  }
  .danger {
    color: var(--_danger);
    background: transparent;
    border-color: transparent;
  }

  @media (hover: hover) and (forced-colors: none) {
    button:hover {
      background: color-mix(in srgb, var(--_text) 6%, var(--_surface));
    }
    .primary:hover {
      background: color-mix(in srgb, var(--_text) 14%, var(--_accent));
    }
    .danger:hover {
      color: var(--_on-danger);
      background: var(--_danger);
    }
  }
  button:active {
    transform: translateY(1px);
  }
  button:focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  button[aria-disabled="true"] {
    color: var(--_muted);
    background: transparent;
    cursor: default;
    transform: none;
  }

  @media (prefers-reduced-motion: reduce) {
    button {
      transition: none;
    }
  }

  @media (forced-colors: active) {
    button,
    .danger {
      color: ButtonText;
      background: ButtonFace;
      border-color: ButtonBorder;
    }
    .primary {
      color: HighlightText;
      background: Highlight;
      border-color: Highlight;
      /* Else Chromium puts a plate of Canvas behind the text, on which it cannot be read. */
      forced-color-adjust: none;
    }
    button[aria-disabled="true"] {
      color: GrayText;
      border-color: GrayText;
    }
  }
`;
