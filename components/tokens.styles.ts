/**
 * What the elements share in looks. A host sets the public custom properties; where it sets none, the colours follow the
 * color-scheme of the page, and are the system's where a browser does not know light-dark() or the person forces colours.
 */
import { css } from "lit";

export const tokens = css`
  :host {
    --_accent: var(--key-backup-sync-accent, LinkText);
    --_track: var(--key-backup-sync-track, ButtonFace);
    --_danger: var(--key-backup-sync-danger, CanvasText);
    --_on-danger: var(--key-backup-sync-on-danger, Canvas);
    --_text: var(--key-backup-sync-text, CanvasText);
    --_muted: var(--key-backup-sync-muted, CanvasText);
    --_surface: var(--key-backup-sync-surface, Canvas);
    --_border: var(--key-backup-sync-border, ButtonBorder);
    --_radius: var(--key-backup-sync-radius, 1rem);
    --_spacing: var(--key-backup-sync-spacing, 1rem);

    display: block;
    font-family: var(--key-backup-sync-font, system-ui, sans-serif);
    font-size: 1rem;
    line-height: 1.45;
    color: var(--_text);
    text-align: start;
    overflow-wrap: anywhere;
  }

  @supports (color: light-dark(red, red)) {
    :host {
      --_accent: var(--key-backup-sync-accent, light-dark(#0b6e58, #52cfae));
      --_track: var(--key-backup-sync-track, light-dark(#e6eae9, #33393a));
      --_danger: var(--key-backup-sync-danger, light-dark(#b3261e, #ff9a91));
      --_on-danger: var(--key-backup-sync-on-danger, light-dark(#fff, #3b0906));
      --_text: var(--key-backup-sync-text, light-dark(#17201e, #eef2f1));
      --_muted: var(--key-backup-sync-muted, light-dark(#55615e, #a6b1ae));
      --_surface: var(--key-backup-sync-surface, light-dark(#fff, #1b1f20));
      --_border: var(--key-backup-sync-border, light-dark(#dbe1df, #343b3c));
    }
  }

  @media (forced-colors: active) {
    :host {
      --_accent: Highlight;
      --_track: Canvas;
      --_danger: CanvasText;
      --_on-danger: Canvas;
      --_text: CanvasText;
      --_muted: CanvasText;
      --_surface: Canvas;
      --_border: CanvasText;
    }
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
`;

/** Declarations for words that may run in another direction than the page: they keep theirs, on the page's side. */
export const ownDirection = css`
  text-align: -webkit-match-parent;
  text-align: match-parent;
  unicode-bidi: plaintext;
`;
