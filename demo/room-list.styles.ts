import { css } from "lit";

export const roomListStyles = css`
  header {
    justify-content: space-between;
  }
  header h2 {
    margin: 0;
  }
  section {
    padding-top: 0.75rem;
    margin-top: 0.75rem;
    border-top: 1px solid var(--demo-border);
  }
  h3 {
    margin: 0 0 0.25rem;
    font-size: 0.95rem;
  }
  ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: 6.5rem 1fr;
    gap: 0.75rem;
    padding: 0.15rem 0;
    font-size: 0.9rem;
  }
  h3,
  .sender,
  .body {
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }
  .sender {
    overflow: hidden;
    color: var(--demo-muted);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .body {
    overflow-wrap: anywhere;
  }
  .locked .body {
    color: var(--demo-muted);
    font-style: italic;
  }
  @media (max-width: 30rem) {
    li {
      grid-template-columns: 1fr;
      gap: 0;
    }
  }
`;
