import { css } from "lit";
import { ownDirection } from "../tokens.styles.js";

export const styles = css`
  .base {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: calc(var(--_spacing) * 0.75);
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    gap: calc(var(--_spacing) * 0.875);
  }
  /* Below the icon where a long word has no room beside it. */
  .head > [role="status"] {
    flex: 1 1 9rem;
    min-inline-size: 0;
  }

  .icon {
    display: grid;
    place-items: center;
    inline-size: 2.75rem;
    block-size: 2.75rem;
    color: var(--_tone);
    background: color-mix(in srgb, var(--_tone) 13%, var(--_surface));
    border-radius: 50%;
    transition:
      color 0.3s,
      background-color 0.3s;
  }
  .calm {
    --_tone: var(--_muted);
  }
  .active {
    --_tone: var(--_accent);
  }
  .attention {
    --_tone: var(--_danger);
  }
  svg {
    inline-size: 1.5rem;
    block-size: 1.5rem;
    fill: none;
    stroke: currentcolor;
    stroke-width: 1.9;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  p,
  ul {
    margin: 0;
    padding: 0;
  }
  .message {
    font-size: 1.0625rem;
    font-weight: 600;
    line-height: 1.35;
    text-wrap: balance;
  }
  /* Two lines even where one is enough: the next state may need both. */
  .detail {
    min-block-size: 2lh;
    margin-block-start: 0.125rem;
    font-size: 0.875rem;
    color: var(--_muted);
    text-wrap: pretty;
  }

  .message,
  .detail,
  .counts span,
  .failures :is(p, li),
  .replaced li,
  .upload {
    ${ownDirection}
  }

  .bar {
    position: relative;
    block-size: 0.625rem;
    overflow: hidden;
    background: var(--_track);
    border-radius: 1rem;
  }
  .layer {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 0;
    border-radius: inherit;
    transition: inline-size 0.25s ease-out;
  }
  .downloaded {
    background: color-mix(in srgb, var(--_accent) 38%, var(--_track));
  }
  .imported {
    background: var(--_accent);
  }
  .failed {
    min-inline-size: 0.25rem;
    background: var(--_danger);
    border-radius: 0;
  }
  .sweep {
    inline-size: 35%;
    background: var(--_accent);
    animation: sweep 1.6s ease-in-out infinite;
  }
  @keyframes sweep {
    from {
      inset-inline-start: -35%;
    }
    to {
      inset-inline-start: 100%;
    }
  }
  .moving .arrow {
    animation: sink 1.8s ease-in-out infinite;
  }
  @keyframes sink {
    50% {
      transform: translateY(1.5px);
    }
  }

  .counts {
    display: flex;
    flex-wrap: wrap;
    gap: 0 1rem;
    justify-content: space-between;
    min-block-size: 1lh;
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
  .counts :empty {
    display: none;
  }
  .outlook {
    color: var(--_muted);
  }

  .failures {
    padding-inline-start: calc(var(--_spacing) * 0.75);
    font-size: 0.875rem;
    border-inline-start: 3px solid var(--_danger);
  }
  .replaced {
    padding-inline-start: calc(var(--_spacing) * 0.75);
    font-size: 0.875rem;
    border-inline-start: 3px solid var(--_border);
  }
  .upload {
    padding-inline-start: calc(var(--_spacing) * 0.75);
    font-size: 0.875rem;
    border-inline-start: 3px solid var(--_accent);
  }
  .failures ul,
  .replaced {
    color: var(--_muted);
    list-style: none;
  }

  @media (prefers-reduced-motion: reduce) {
    .layer,
    .icon {
      transition: none;
    }
    .moving .arrow {
      animation: none;
    }
    /* Still seen to be at work, without moving about. */
    .sweep {
      inline-size: 100%;
      animation: breathe 3s ease-in-out infinite;
    }
    @keyframes breathe {
      from,
      to {
        opacity: 0.25;
      }
      50% {
        opacity: 0.55;
      }
    }
  }

  @media (forced-colors: active) {
    .icon {
      border: 1px solid;
    }
    .bar {
      border: 1px solid;
    }
    .layer {
      forced-color-adjust: none;
    }
    .downloaded {
      background: repeating-linear-gradient(-45deg, Highlight 0 2px, Canvas 2px 6px);
    }
    .failed {
      background: CanvasText;
    }
  }
`;
