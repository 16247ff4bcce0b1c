/** What all tabs of an account import, as one can see it from above: what, and whether two of them ever did at once. */
import type { RoomKey } from "../../src/index.js";

export class ImportWatch {
  /** The highest number of tabs that imported at the same moment. */
  mostAtOnce = 0;
  /** Keys that came in, those that came twice included. */
  importedInAll = 0;
  readonly sessionIds = new Set<string>();
  /** An import that has begun waits for it. */
  gate: Promise<void> = Promise.resolve();
  /** The tabs that import now. */
  readonly importing = new Set<string>();

  /** For `beforeImport` of each tab's host. */
  async import(tab: string, roomKeys: readonly RoomKey[]): Promise<number> {
    this.importing.add(tab);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.importing.size);
    await this.gate;
    this.importing.delete(tab);
    this.importedInAll += roomKeys.length;
    for (const { session_id } of roomKeys) this.sessionIds.add(session_id);
    return 0;
  }

  /** The tab is no more: whatever it imported just now. */
  gone(tab: string): void {
    this.importing.delete(tab);
  }
}
