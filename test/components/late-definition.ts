/** Run in a page of its own: the element is on it, and has its properties, before it is defined. */
import type { KeyBackupSyncElement } from "../../components/index.js";
import { MockRun } from "../../stories/mock-run.js";
import { BY_STATUS } from "../../stories/states.fixtures.js";

export async function defineLate(): Promise<KeyBackupSyncElement> {
  const element = document.createElement("key-backup-sync");
  Object.assign(element, { controller: new MockRun(BY_STATUS.downloading.Downloading), manual: true });
  document.body.append(element);
  await import("../../components/index.js");
  await element.updateComplete;
  return element;
}
