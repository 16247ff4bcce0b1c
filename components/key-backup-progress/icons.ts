/** One drawing for each status, so that colour is never the only sign of it. */
import { type SVGTemplateResult, svg } from "lit";
import { isResetUnfinished, type KeyBackupSyncState, uploadCount } from "../../src/state.js";
import { unusableCount } from "./sayings.js";

const KEY = svg`<circle cx="7.5" cy="16.5" r="3.5" /><path d="M10 14 19.5 4.5M16 8l3 3M13 11l1.5 1.5" />`;
const ATTENTION = svg`<path d="M12 6v7.5M12 17.9v.1" />`;
const LOCK = svg`<rect x="5.5" y="11" width="13" height="8.5" rx="2" /><path d="M8.5 11V8a3.5 3.5 0 0 1 7 0v3" />`;
const CLOCK = svg`<circle cx="12" cy="12" r="7.5" /><path d="M12 7.8V12l2.8 1.8" />`;
const TABS = svg`<rect x="4.5" y="8.5" width="11" height="11" rx="2" /><path d="M8.5 5.5v-.1a1.4 1.4 0 0 1 1.4-1.4h8.2A1.4 1.4 0 0 1 19.5 5.4v8.2a1.4 1.4 0 0 1-1.4 1.4h-.1" />`;
const CHECK = svg`<path d="m5.5 12.8 4.2 4.2L18.5 7.5" />`;
const DOWN = svg`<path class="arrow" d="M12 4v10.5M7.5 10.2 12 14.7l4.5-4.5" /><path d="M5 19.5h14" />`;

const UP = svg`<path d="M12 15V4.5M7.5 9 12 4.5 16.5 9" /><path d="M5 19.5h14" />`;
const NOTHING = svg`<path d="M6.5 12h11" />`;

const DRAWINGS = {
  idle: KEY,
  checking: svg`<circle cx="11" cy="11" r="5.5" /><path d="m15.2 15.2 4.3 4.3" />`,
  resetting: svg`<path d="M18.5 8.5a7.5 7.5 0 1 0 1 5.5M19 4.5v4.2h-4.2" />`,
  unavailable: NOTHING,
  downloading: DOWN,
  importing: KEY,
  paused: svg`<path d="M9 6.5v11M15 6.5v11" />`,
  waiting: CLOCK,
  complete: CHECK,
  failed: ATTENTION,
} as const satisfies Record<KeyBackupSyncState["status"], SVGTemplateResult>;

export function drawingOf(state: KeyBackupSyncState): SVGTemplateResult {
  if (state.status === "waiting" && state.reason === "decryption-key") return LOCK;
  if (state.status === "waiting" && state.reason === "other-tab") return TABS;
  if (isResetUnfinished(state)) return ATTENTION;
  if (state.status === "complete" && state.progress.total === 0) return uploadCount(state) > 0 ? UP : NOTHING;
  if (state.status === "complete" && unusableCount(state, state.progress) > 0) return ATTENTION;
  return DRAWINGS[state.status];
}

/** How much attention it wants. */
export function toneOf(state: KeyBackupSyncState): "calm" | "active" | "attention" {
  switch (state.status) {
    case "idle":
    case "paused":
      return "calm";
    case "unavailable":
      return isResetUnfinished(state) ? "attention" : "calm";
    case "waiting":
      return state.reason === "decryption-key" ? "active" : "calm";
    case "failed":
      return "attention";
    case "complete":
      if (state.progress.total === 0) return uploadCount(state) > 0 ? "active" : "calm";
      return unusableCount(state, state.progress) > 0 ? "attention" : "active";
    case "checking":
    case "resetting":
    case "downloading":
    case "importing":
      return "active";
  }
}
