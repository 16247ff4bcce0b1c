/** What each intensity means to the import. It knows nothing of keys. */
import type { TaskPriority } from "./next-task.js";
import type { Intensity } from "./state.js";

export interface Effort {
  /** Milliseconds that one call of the crypto store may block the main thread. A frame has 16. */
  readonly block: number;
  /** Beside the app's own tasks. */
  readonly priority: TaskPriority;
  /** How long to leave the device alone after a call, measured by how long that took. */
  readonly rest: number;
}

export const EFFORTS: Readonly<Record<Intensity, Effort>> = {
  gentle: { block: 4, priority: "background", rest: 2 },
  // Half a frame, so that the app has the other half.
  balanced: { block: 8, priority: "user-visible", rest: 0 },
  fast: { block: 14, priority: "user-visible", rest: 0 },
};
