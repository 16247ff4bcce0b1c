/** The lock of a user and device, over all tabs. */

/**
 * Does the work as soon as nobody else holds the lock. Where the browser has no locks, or refuses them to this page, this tab is taken
 * for the only one.
 * @throws the signal's reason if it is aborted before that
 */
export async function alone(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return work();
  try {
    await locks.request(name, { signal }, work);
  } catch (cause) {
    if (!(cause instanceof DOMException) || cause.name !== "SecurityError") throw cause;
    await work();
  }
}
