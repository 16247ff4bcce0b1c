/** Many examples side by side, each under its name. */
import { html, type TemplateResult } from "lit";

const STYLE = `
  .gallery { display: grid; gap: 2rem 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); align-items: start; }
  .gallery figure { margin: 0; min-inline-size: 0; }
  .gallery figcaption { margin-block-end: 0.5rem; font: 0.75rem/1.4 system-ui, sans-serif; opacity: 0.8; }
`;

export function gallery<Value>(
  examples: readonly (readonly [name: string, value: Value])[],
  show: (value: Value) => TemplateResult,
): TemplateResult {
  return html`
    <style>
      ${STYLE}
    </style>
    <div class="gallery">
      ${examples.map(([name, value]) => html`<figure><figcaption>${name}</figcaption>${show(value)}</figure>`)}
    </div>
  `;
}
