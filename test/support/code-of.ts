import { KeyBackupSyncError } from "../../src/errors.js";

/** Of the fault that something fails with; `otherwise` if it does not. What is no such fault is thrown on. */
export async function codeOf(work: Promise<unknown>, otherwise = "no fault"): Promise<string> {
  try {
    await work;
    return otherwise;
  } catch (cause) {
    if (cause instanceof KeyBackupSyncError) return cause.code;
    throw cause;
  }
}
