/** The lock of a user and device, over all tabs. */

/** Gets a signal that aborts if the lock is taken away while it works: it must let go then, and resolve. It never rejects. */
type Work = (lost: AbortSignal) => Promise<void>;

/**
 * Does the work as soon as nobody else holds the lock, and resolves when the work has ended. Where the browser has no locks, or refuses
 * them to this page, this tab counts as the only one.
 *
 * A browser can take a lock away from a page that still works: WebKit does so when a page enters the back/forward cache, and any page of
 * the origin can steal the lock.
 * @throws the signal's reason if it is aborted before that; `AbortError` if the browser ended the wait for the lock
 */
export async function alone(name: string, signal: AbortSignal, work: Work): Promise<void> {
  const { locks } = navigator as { locks?: LockManager };
  const lost = new AbortController();
  if (!locks) return work(lost.signal);
  let working: Promise<void> | null = null;
  try {
    await locks.request(name, { signal }, () => {
      working = work(lost.signal);
      return working;
    });
  } catch (cause) {
    if (working) {
      lost.abort();
      return working;
    }
    if (!(cause instanceof DOMException) || cause.name !== "SecurityError") throw cause;
    await work(lost.signal);
  }
}
