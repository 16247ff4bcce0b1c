import { css } from "lit";

export const styles = css`
  .controls {
    display: flex;
    flex-wrap: wrap;
    gap: calc(var(--_spacing) * 0.5);
  }
`;
