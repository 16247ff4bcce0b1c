/** At least one example of every assessment, by a name for stories and tests. A kind or a doubt without one does not compile. */
import type { AssessmentDoubt, KeysAtRisk, ResetAssessment } from "../src/reset.js";
import { REPLACED, TOTAL, UPLOAD } from "./states.fixtures.js";

type AssessmentOf<Kind extends ResetAssessment["kind"]> = Extract<ResetAssessment, { kind: Kind }>;

function atRisk(keys: Partial<KeysAtRisk>): AssessmentOf<"at-risk"> {
  return { kind: "at-risk", ...keysAtRisk(keys), earlier: 0 };
}

function keysAtRisk(keys: Partial<KeysAtRisk>): KeysAtRisk {
  return { notDownloaded: 0, notImported: 0, unreadable: 0, ...keys };
}

function unknown(reason: AssessmentDoubt, known: KeysAtRisk | null): AssessmentOf<"unknown"> {
  return { kind: "unknown", reason, known, earlier: 0 };
}

export const UNKNOWN = {
  offline: unknown("offline", keysAtRisk({ notDownloaded: 12_345 })),
  "homeserver-error": unknown("homeserver-error", null),
  "crypto-store-error": unknown("crypto-store-error", null),
  "no-decryption-key": unknown("no-decryption-key", keysAtRisk({ notDownloaded: 61_786, notImported: 38_214 })),
} as const satisfies Record<AssessmentDoubt, AssessmentOf<"unknown">>;

export const ASSESSMENTS = {
  none: {
    "Nothing would be lost": { kind: "none", earlier: 0 },
    "Nothing, an earlier backup was replaced": { kind: "none", earlier: REPLACED.locked },
    "Nothing, keys are not uploaded yet": { kind: "none", earlier: 0, notUploaded: UPLOAD.total - UPLOAD.done },
    "Nothing, a reset did not finish": { kind: "none", earlier: 0, isResetUnfinished: true },
    "Nothing, there is no backup": { kind: "none", earlier: 0, inNoBackup: { count: 5678, reason: "no-backup" } },
    "Nothing, key storage is off": { kind: "none", earlier: 0, inNoBackup: { count: 5678, reason: "key-storage-off" } },
    "Nothing, the backup is not used": {
      kind: "none",
      earlier: 0,
      inNoBackup: { count: 12, reason: "backup-not-used" },
    },
  },
  "at-risk": {
    "Only in the backup": atRisk({ notDownloaded: 12_345 }),
    "Downloaded, not imported": atRisk({ notImported: 61_050 }),
    "Of every kind": atRisk({ notDownloaded: 12_345, notImported: 38_214, unreadable: 1 }),
    "Only unreadable": atRisk({ unreadable: 7 }),
    "In an older backup, too": { ...atRisk({ notDownloaded: 12_345 }), older: { notDownloaded: 1200, locked: 0 } },
    "In an older backup that is locked": {
      ...atRisk({ notDownloaded: 1200 }),
      older: { notDownloaded: 1200, locked: 1200 },
    },
  },
  unknown: {
    Offline: UNKNOWN.offline,
    "Offline, nothing known": unknown("offline", null),
    "Homeserver has a fault": UNKNOWN["homeserver-error"],
    "Crypto store does not answer": UNKNOWN["crypto-store-error"],
    "No recovery key": UNKNOWN["no-decryption-key"],
    "No recovery key, all downloaded": unknown("no-decryption-key", keysAtRisk({ notImported: TOTAL })),
  },
} as const satisfies { [Kind in ResetAssessment["kind"]]: Record<string, AssessmentOf<Kind>> };

/** Those before which the person is asked. */
export const RISKS: readonly (readonly [name: string, assessment: ResetAssessment])[] = [
  ...Object.entries(ASSESSMENTS["at-risk"]),
  ...Object.entries(ASSESSMENTS.unknown),
];
