/** Chunks that no row counts any more are deleted. */
import type { Segment } from "./backup-row.js";
import type { SpoolStorage } from "./spool-storage.js";

/** The chunks of segments that a row counted, and counts no more. */
export async function deleteUncounted(
  storage: SpoolStorage,
  backupId: string,
  before: readonly Segment[],
  after: readonly Segment[],
): Promise<void> {
  for (const [segment, { lengths, place }] of before.entries()) {
    const isCounted = (after[segment]?.lengths.length ?? 0) > 0;
    if (lengths.length === 0 || isCounted) continue;
    await (await storage.chunksIn(place)).deleteSegment(backupId, segment, lengths.length);
  }
}
