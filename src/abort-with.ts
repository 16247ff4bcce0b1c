/**
 * One function, in place of `AbortSignal.any`. WebKit (WebKitGTK 2.50.6) collects a signal made by `AbortSignal.any` that only a `fetch`
 * holds as soon as the response headers are there, so the body of the response is then read to its end, whatever is aborted.
 */

/**
 * A controller that also aborts when one of the signals does, with the same reason. Abort the controller when its work has ended: it then no
 * longer listens to the signals.
 */
export function abortWith(...signals: readonly AbortSignal[]): AbortController {
  const controller = new AbortController();
  for (const signal of signals) {
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true, signal: controller.signal });
  }
  return controller;
}
