/**
 * One function: a work under a lock over all tabs, which is not told when the browser takes the lock away. The run is told: see run-lock.ts.
 */

/** With `ifAvailable`, `null` if it is not. Where the browser has no locks, or refuses them to this page, this tab counts as the only one. */
export async function locked<Value>(
  name: string,
  options: LockOptions & { readonly ifAvailable: true },
  work: () => Promise<Value>,
): Promise<Value | null>;
export async function locked<Value>(name: string, options: LockOptions, work: () => Promise<Value>): Promise<Value>;
export async function locked<Value>(
  name: string,
  options: LockOptions,
  work: () => Promise<Value>,
): Promise<Value | null> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return work();
  let working: Promise<Value> | null = null;
  try {
    return await locks.request(name, options, (lock): Promise<Value> | null => {
      if (lock) working = work();
      return working;
    });
  } catch (cause) {
    // The lock was taken away in the midst of the work, which goes on.
    if (working) return working;
    if (!(cause instanceof DOMException) || cause.name !== "SecurityError") throw cause;
    return work();
  }
}
