/** What the browser does to the whole page: it is frozen, alone or in the back/forward cache, and goes on later, or never. */

/**
 * Calls back when the page is about to be frozen, and when it goes on. Either may come twice: a page that enters the back/forward cache
 * is hidden and frozen. A page that is closed is not frozen: all that it holds goes with it.
 * @returns how to stop that
 */
export function followLifecycle(onFreeze: () => void, onResume: () => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const ifKept = (listener: () => void) => (event: PageTransitionEvent) => {
    if (event.persisted) listener();
  };
  window.addEventListener("pagehide", ifKept(onFreeze), { signal });
  window.addEventListener("pageshow", ifKept(onResume), { signal });
  document.addEventListener("freeze", onFreeze, { signal });
  document.addEventListener("resume", onResume, { signal });
  return () => ended.abort();
}
