import { KeyBackupSyncError } from "../../src/errors.js";

/** Of the fault that something fails with; `"no fault"` if it does not. What is no such fault is thrown on. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "no fault";
  } catch (cause) {
    if (cause instanceof KeyBackupSyncError) return cause.code;
    throw cause;
  }
}
