/**
 * The bar: unknown, empty, or in two layers, of which the upper one is what is imported and the lower one what is on this device. Where there
 * is nothing to download, it is that of the upload, or there is none.
 */
import { html, nothing, type TemplateResult } from "lit";
import { failedCount, type KeyBackupSyncState, type Progress, type Upload, uploadCount } from "../../src/state.js";
import type { Formats } from "../formats.js";
import type { KeyBackupSyncStrings } from "../strings.js";
import { countsOf, type Measure, measureOf, uploadLineOf } from "./measure.js";

export function bar(
  state: KeyBackupSyncState,
  strings: KeyBackupSyncStrings,
  formats: Formats,
): TemplateResult | typeof nothing {
  const measure = measureOf(state);
  if (measure && measure.progress.total > 0) return known(measure, strings, formats);
  if (state.status === "checking" || state.status === "resetting") return unknown(strings.progressBar[state.status]);
  if (state.uploading && uploadCount(state) > 0)
    return saved(state.uploading, uploadLineOf(state, strings, formats), strings);
  return state.status === "unavailable" || state.status === "complete" ? nothing : empty();
}

interface Filled {
  readonly label: string;
  readonly total: number;
  readonly value: number;
  readonly text: string;
}

function saved({ done, total }: Upload, text: string, { progressBar }: KeyBackupSyncStrings): TemplateResult {
  const layer = html`
    <div part="indicator" class="layer imported" .style=${`inline-size: ${(100 * done) / total}%`}></div>
  `;
  return filled({ label: progressBar.saved, total, value: done, text }, layer);
}

function known(measure: Measure, strings: KeyBackupSyncStrings, formats: Formats): TemplateResult {
  const { stage, progress, value } = measure;
  const text = countsOf(measure, strings, formats);
  return filled({ label: strings.progressBar[stage], total: progress.total, value, text }, layers(progress));
}

function filled({ label, total, value, text }: Filled, content: TemplateResult): TemplateResult {
  return html`
    <div
      part="progress-bar"
      class="bar"
      role="progressbar"
      aria-label=${label}
      aria-valuemin="0"
      aria-valuemax=${total}
      aria-valuenow=${value}
      aria-valuetext=${text}
    >
      ${content}
    </div>
  `;
}

function layers(progress: Progress): TemplateResult {
  const share = (count: number) => `${(100 * count) / progress.total}%`;
  const failed = failedCount(progress);
  // A few failures of many keys begin where the bar ends, and would not be seen.
  const failedPlace = `inset-inline-start: min(${share(progress.imported)}, 100% - 0.25rem)`;
  // By the property: a page whose Content-Security-Policy forbids inline styles drops the attribute.
  return html`
    <div part="indicator-downloaded" class="layer downloaded" .style=${`inline-size: ${share(progress.downloaded)}`}></div>
    <div part="indicator" class="layer imported" .style=${`inline-size: ${share(progress.imported)}`}></div>
    <div class="layer failed" ?hidden=${failed === 0} .style=${`${failedPlace}; inline-size: ${share(failed)}`}></div>
  `;
}

/** Without aria-valuenow: that says "not known yet". */
function unknown(label: string): TemplateResult {
  return html`
    <div part="progress-bar" class="bar" role="progressbar" aria-label=${label}>
      <div part="indicator" class="layer sweep"></div>
    </div>
  `;
}

/** Nothing is measured, but its place is kept. */
function empty(): TemplateResult {
  return html`<div part="progress-bar" class="bar" aria-hidden="true"></div>`;
}
